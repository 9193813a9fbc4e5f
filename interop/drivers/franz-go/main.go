// franz-go: one function for each behaviour of behaviour.ts that it can do. Here is what they share; log.go, groups.go,
// transactions.go and refusals.go have the behaviours.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type m = map[string]any

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

// "ok", or the name of the error; what is no answer of the cluster is the driver's fault.
func told(err error) string {
	if err == nil {
		return "ok"
	}
	name := errorName(err)
	if name == "" {
		panic(err)
	}
	return name
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func got[T any](value T, err error) T {
	must(err)
	return value
}

func until(what string, holds func() bool) {
	for end := time.Now().Add(40 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			panic(fmt.Errorf("not within 40 s: %s", what))
		}
	}
}

func client(options ...kgo.Opt) *kgo.Client {
	return got(kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap...)}, options...)...))
}

func create(topic string, partitions int32, configs map[string]*string) {
	must(got(admin.CreateTopic(ctx, partitions, -1, configs, topic)).Err)
	until("leaders of "+topic, func() bool {
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
			answers = append(answers, told(result.Err))
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
	starts, ends := got(admin.ListStartOffsets(ctx, topic)), got(list(ctx, topic))
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

// What the behaviour returns, or the name of the error that it panics with.
func outcomeOf(behave func(string) any, topic string) (outcome any) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintln(os.Stderr, topic, fault)
			outcome = m{"failed": fmt.Sprint(fault)}
			if err, is := fault.(error); is && errorName(err) != "" {
				outcome = m{"error": errorName(err)}
			}
		}
	}()
	return behave(topic)
}

func main() {
	bootstrap = strings.Split(os.Args[1], ",")
	clientOfAdmin = client()
	admin = kadm.NewClient(clientOfAdmin)
	for _, each := range behaviours() {
		if len(os.Args) > 3 && !slices.Contains(os.Args[3:], each.name) {
			continue
		}
		line := got(json.Marshal(m{"behaviour": each.name, "outcome": outcomeOf(each.behave, os.Args[2]+"-"+each.name)}))
		fmt.Println(string(line))
	}
}

type behaviour struct {
	name   string
	behave func(topic string) any
}

func behaviours() []behaviour {
	return []behaviour{
		{"acks", acks},
		{"codecs", codecs},
		{"record-parts", recordParts},
		{"append-time", appendTime},
		{"too-large", tooLarge},
		{"bad-timestamp", badTimestamp},
		{"compacted-needs-key", compactedNeedsKey},
		{"topic-admin", topicAdmin},
		{"configs", configs},
		{"broker-configs", brokerConfigs},
		{"list-offsets", listOffsets},
		{"delete-records", deleteRecords},
		{"out-of-range", outOfRange},
		{"elect-leaders", electLeaders},
		{"parallel-writers", parallelWriters},
		{"idempotent", idempotent},
		{"compaction", compaction},
		{"group-classic", func(topic string) any { return groupStory(topic, kgo.Balancers(kgo.RangeBalancer())) }},
		{"group-cooperative", func(topic string) any { return groupStory(topic, kgo.Balancers(kgo.CooperativeStickyBalancer())) }},
		{"static-members", staticMembers},
		{"group-admin", groupAdmin},
		{"group-848", func(topic string) any {
			return groupStory(topic, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
		}},
		{"group-848-range", func(topic string) any {
			return groupStory(topic, kgo.ServerSideBalancer(), kgo.Balancers(kgo.RangeBalancer()))
		}},
		{"group-mixed", groupMixed},
		{"group-refusals", groupRefusals},
		{"group-848-refusals", group848Refusals},
		{"transactions", transactions},
		{"zombie", zombie},
		{"transactional-offsets", transactionalOffsets},
		{"transaction-timeout", transactionTimeout},
		{"transaction-admin", transactionAdmin},
		{"producer-refusals", producerRefusals},
		{"cluster", cluster},
		{"log-dirs", logDirs},
		{"quorum", quorum},
	}
}
