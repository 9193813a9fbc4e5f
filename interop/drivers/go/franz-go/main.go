// franz-go: one function for each behaviour of behaviour.ts that it can do. Here is what they share; log.go, groups.go,
// transactions.go and refusals.go have the behaviours.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	. "interop/driver"
)

var (
	ctx       = context.Background()
	bootstrap []string
	admin     *kadm.Client
	// Of the admin client: it sends requests as they are.
	clientOfAdmin *kgo.Client
)

// Of an answer of the cluster; "": it is none.
func errorName(err error) string {
	var known *kerr.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return ""
}

func client(options ...kgo.Opt) *kgo.Client {
	return Got(kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap...)}, options...)...))
}

func create(topic string, partitions int32, configs map[string]*string) {
	Must(Got(admin.CreateTopic(ctx, partitions, -1, configs, topic)).Err)
	Until("leaders of "+topic, func() bool {
		found, err := admin.ListTopics(ctx, topic)
		if err != nil || len(found[topic].Partitions) != int(partitions) {
			return false
		}
		for _, each := range found[topic].Partitions {
			if each.Err != nil || each.Leader < 0 {
				return false
			}
		}
		return true
	})
}

func config(pairs ...string) map[string]*string {
	configs := map[string]*string{}
	for at := 0; at < len(pairs); at += 2 {
		configs[pairs[at]] = &pairs[at+1]
	}
	return configs
}

func numbered(topic string, count int, name string, partitions int) []*kgo.Record {
	records := make([]*kgo.Record, count)
	for at := range records {
		records[at] = &kgo.Record{Topic: topic, Partition: int32(at % partitions), Value: fmt.Appendf(nil, "%s %d", name, at)}
	}
	return records
}

// Offsets, or names of errors.
func send(records []*kgo.Record, options ...kgo.Opt) []any {
	producer := client(append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
	defer producer.Close()
	var answers []any
	for _, result := range producer.ProduceSync(ctx, records...) {
		if result.Err != nil {
			answers = append(answers, Told(result.Err))
		} else {
			answers = append(answers, result.Record.Offset)
		}
	}
	return answers
}

// All records that are there, to the end that this isolation sees.
func read(topic string, isolation kgo.IsolationLevel, options ...kgo.Opt) []*kgo.Record {
	list := admin.ListEndOffsets
	if isolation == kgo.ReadCommitted() {
		list = admin.ListCommittedOffsets
	}
	starts, ends := Got(admin.ListStartOffsets(ctx, topic)), Got(list(ctx, topic))
	consumer := client(append([]kgo.Opt{
		kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(isolation),
		kgo.KeepControlRecords(),
	}, options...)...)
	defer consumer.Close()
	open := 0
	ends.Each(func(end kadm.ListedOffset) {
		if start, _ := starts.Lookup(topic, end.Partition); start.Offset < end.Offset {
			open++
		}
	})
	var found []*kgo.Record
	for last := time.Now().Add(40 * time.Second); open > 0; {
		if time.Now().After(last) {
			panic(fmt.Errorf("%s is not read to its end within 40 s", topic))
		}
		waiting, cancel := context.WithTimeout(ctx, 2*time.Second)
		fetches := consumer.PollFetches(waiting)
		cancel()
		for _, each := range fetches.Errors() {
			if !errors.Is(each.Err, context.DeadlineExceeded) {
				panic(each.Err)
			}
		}
		fetches.EachRecord(func(record *kgo.Record) {
			if !record.Attrs.IsControl() {
				found = append(found, record)
			}
			if end, _ := ends.Lookup(topic, record.Partition); record.Offset == end.Offset-1 {
				open--
			}
		})
	}
	return found
}

func values(records []*kgo.Record) []string {
	found := []string{}
	for _, each := range records {
		found = append(found, string(each.Value))
	}
	return found
}

func sorted(found []string) []string {
	slices.Sort(found)
	return found
}

func all(topic string) []*kgo.Record { return read(topic, kgo.ReadUncommitted()) }

func main() { Run(errorName, begin, behaviours()) }

func begin() {
	bootstrap = Bootstrap()
	clientOfAdmin = client()
	admin = kadm.NewClient(clientOfAdmin)
}

func behaviours() []Behaviour {
	return []Behaviour{
		Can("acks", acks),
		Can("codecs", codecs),
		Can("record-parts", recordParts),
		Can("append-time", appendTime),
		Can("too-large", tooLarge),
		Can("bad-timestamp", badTimestamp),
		Can("compacted-needs-key", compactedNeedsKey),
		Can("topic-admin", topicAdmin),
		Can("configs", configs),
		Can("broker-configs", brokerConfigs),
		Can("list-offsets", listOffsets),
		Can("delete-records", deleteRecords),
		Can("out-of-range", outOfRange),
		Can("elect-leaders", electLeaders),
		Can("parallel-writers", parallelWriters),
		Can("idempotent", idempotent),
		Can("compaction", compaction),
		Can("group-classic", func(topic string) any { return groupStory(topic, kgo.Balancers(kgo.RangeBalancer())) }),
		Can("group-cooperative", func(topic string) any { return groupStory(topic, kgo.Balancers(kgo.CooperativeStickyBalancer())) }),
		Can("static-members", staticMembers),
		Can("group-admin", groupAdmin),
		Can("group-848", func(topic string) any {
			return groupStory(topic, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
		}),
		Can("group-848-range", func(topic string) any {
			return groupStory(topic, kgo.ServerSideBalancer(), kgo.Balancers(kgo.RangeBalancer()))
		}),
		Can("group-mixed", groupMixed),
		Can("group-refusals", groupRefusals),
		Can("group-848-refusals", group848Refusals),
		Can("transactions", transactions),
		Can("zombie", zombie),
		Can("transactional-offsets", transactionalOffsets),
		Can("transaction-timeout", transactionTimeout),
		Can("transaction-admin", transactionAdmin),
		Can("producer-refusals", producerRefusals),
		Can("cluster", cluster),
		Can("log-dirs", logDirs),
		Can("quorum", quorum),
	}
}
