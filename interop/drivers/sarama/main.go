// sarama: one function for each behaviour of behaviour.ts that it can do. Here is what they share; behaviours.go has them.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

type m = map[string]any

var (
	bootstrap []string
	client    sarama.Client
	admin     sarama.ClusterAdmin
)

// Of an answer of the cluster, by its number; "": it is none.
func errorName(err error) string {
	var code sarama.KError
	var topic *sarama.TopicError
	var partition *sarama.TopicPartitionError
	switch {
	case errors.As(err, &topic):
		code = topic.Err
	case errors.As(err, &partition):
		code = partition.Err
	case !errors.As(err, &code):
		return ""
	}
	if code == sarama.ErrNoError {
		return "ok"
	}
	return fmt.Sprintf("error %d", int16(code))
}

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

func settings(change ...func(*sarama.Config)) *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.V4_0_0_0
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	for _, each := range change {
		each(config)
	}
	return config
}

func create(topic string, partitions int32, configs map[string]*string) {
	must(admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: -1, ConfigEntries: configs}, false))
	until("leaders of "+topic, func() bool {
		must(client.RefreshMetadata(topic))
		found, err := client.WritablePartitions(topic)
		return err == nil && len(found) == int(partitions)
	})
}

func config(name, value string) map[string]*string { return map[string]*string{name: &value} }

func numbered(topic string, count int, name string, partitions int) []*sarama.ProducerMessage {
	messages := make([]*sarama.ProducerMessage, count)
	for at := range messages {
		messages[at] = &sarama.ProducerMessage{Topic: topic, Partition: int32(at % partitions), Value: sarama.StringEncoder(fmt.Sprintf("%s %d", name, at))}
	}
	return messages
}

// Offsets, or names of errors.
func send(messages []*sarama.ProducerMessage, change ...func(*sarama.Config)) []any {
	producer := got(sarama.NewSyncProducer(bootstrap, settings(change...)))
	defer producer.Close()
	err := producer.SendMessages(messages)
	failed := map[*sarama.ProducerMessage]error{}
	var each sarama.ProducerErrors
	if errors.As(err, &each) {
		for _, one := range each {
			failed[one.Msg] = one.Err
		}
	} else {
		must(err)
	}
	answers := []any{}
	for _, message := range messages {
		if failed[message] != nil {
			answers = append(answers, told(failed[message]))
		} else {
			answers = append(answers, message.Offset)
		}
	}
	return answers
}

// The first `count` records of each partition.
func read(topic string, count int, change ...func(*sarama.Config)) []*sarama.ConsumerMessage {
	consumer := got(sarama.NewConsumer(bootstrap, settings(change...)))
	defer consumer.Close()
	found := []*sarama.ConsumerMessage{}
	for _, partition := range got(consumer.Partitions(topic)) {
		part := got(consumer.ConsumePartition(topic, partition, sarama.OffsetOldest))
		for range count {
			select {
			case message := <-part.Messages():
				found = append(found, message)
			case <-time.After(30 * time.Second):
				panic(fmt.Errorf("%d records of %s, not %d", len(found), topic, count))
			}
		}
		must(part.Close())
	}
	return found
}

func values(found []*sarama.ConsumerMessage) []string {
	texts := []string{}
	for _, each := range found {
		texts = append(texts, string(each.Value))
	}
	return texts
}

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
	sarama.Logger = log.New(io.Discard, "", 0)
	bootstrap = strings.Split(os.Args[1], ",")
	client = got(sarama.NewClient(bootstrap, settings()))
	admin = got(sarama.NewClusterAdminFromClient(client))
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
		{"too-large", tooLarge},
		{"bad-timestamp", badTimestamp},
		{"compacted-needs-key", compactedNeedsKey},
		{"topic-admin", topicAdmin},
		{"configs", configs},
		{"list-offsets", listOffsets},
		{"delete-records", deleteRecords},
		{"out-of-range", outOfRange},
		{"parallel-writers", parallelWriters},
		{"idempotent", idempotent},
		{"group-classic", groupStory},
		{"group-admin", groupAdmin},
		{"transactions", transactions},
		{"zombie", zombie},
		{"transactional-offsets", transactionalOffsets},
		{"transaction-timeout", transactionTimeout},
		{"cluster", cluster},
		{"log-dirs", logDirs},
	}
}
