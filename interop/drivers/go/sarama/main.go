// sarama: one function for each behaviour of behaviour.ts that it can do. Here is what they share; behaviours.go has them.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/IBM/sarama"

	. "interop/driver"
)

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
	Must(admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: -1, ConfigEntries: configs}, false))
	Until("leaders of "+topic, func() bool {
		Must(client.RefreshMetadata(topic))
		found, err := client.WritablePartitions(topic)
		for _, partition := range found {
			// A leader may not have heard of it yet.
			if err == nil {
				_, err = client.GetOffset(topic, partition, sarama.OffsetNewest)
			}
		}
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
	producer := Got(sarama.NewSyncProducer(bootstrap, settings(change...)))
	defer producer.Close()
	err := producer.SendMessages(messages)
	failed := map[*sarama.ProducerMessage]error{}
	var each sarama.ProducerErrors
	if errors.As(err, &each) {
		for _, one := range each {
			failed[one.Msg] = one.Err
		}
	} else {
		Must(err)
	}
	answers := []any{}
	for _, message := range messages {
		if failed[message] != nil {
			answers = append(answers, Told(failed[message]))
		} else {
			answers = append(answers, message.Offset)
		}
	}
	return answers
}

// The first `count` records of each partition.
func read(topic string, count int, change ...func(*sarama.Config)) []*sarama.ConsumerMessage {
	consumer := Got(sarama.NewConsumer(bootstrap, settings(change...)))
	defer consumer.Close()
	found := []*sarama.ConsumerMessage{}
	for _, partition := range Got(consumer.Partitions(topic)) {
		part := Got(consumer.ConsumePartition(topic, partition, sarama.OffsetOldest))
		for range count {
			select {
			case message := <-part.Messages():
				found = append(found, message)
			case <-time.After(30 * time.Second):
				panic(fmt.Errorf("%d records of %s, not %d", len(found), topic, count))
			}
		}
		Must(part.Close())
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

func main() { Run(errorName, begin, behaviours()) }

func begin() {
	sarama.Logger = log.New(io.Discard, "", 0)
	bootstrap = Bootstrap()
	client = Got(sarama.NewClient(bootstrap, settings()))
	admin = Got(sarama.NewClusterAdminFromClient(client))
}

func behaviours() []Behaviour {
	return []Behaviour{
		Can("acks", acks),
		Can("codecs", codecs),
		Can("record-parts", recordParts),
		Can("too-large", tooLarge),
		Can("bad-timestamp", badTimestamp),
		Can("compacted-needs-key", compactedNeedsKey),
		Can("topic-admin", topicAdmin),
		Can("configs", configs),
		Can("list-offsets", listOffsets),
		Can("delete-records", deleteRecords),
		Can("out-of-range", outOfRange),
		Can("parallel-writers", parallelWriters),
		Can("idempotent", idempotent),
		Can("group-classic", groupStory),
		Can("group-admin", groupAdmin),
		Can("transactions", transactions),
		Can("zombie", zombie),
		Can("transactional-offsets", transactionalOffsets),
		Can("transaction-timeout", transactionTimeout),
		Can("cluster", cluster),
		Can("log-dirs", logDirs),
	}
}
