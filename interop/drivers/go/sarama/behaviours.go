package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/IBM/sarama"

	. "interop/driver"
)

func newest(topic string) int64 { return Got(client.GetOffset(topic, 0, sarama.OffsetNewest)) }

func acks(topic string) any {
	create(topic, 1, nil)
	outcome := M{}
	for at, each := range []sarama.RequiredAcks{sarama.NoResponse, sarama.WaitForLocal, sarama.WaitForAll} {
		answers := send(numbered(topic, 3, fmt.Sprint(at), 1), func(config *sarama.Config) { config.Producer.RequiredAcks = each })
		if at > 0 {
			outcome[fmt.Sprint(at)] = answers
		}
		Until("the records", func() bool { return newest(topic) == int64(3*at+3) })
	}
	outcome["values"] = values(read(topic, 9))
	return outcome
}

func codecs(topic string) any {
	outcome := M{}
	for _, codec := range []sarama.CompressionCodec{sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD} {
		name := topic + "-" + codec.String()
		create(name, 1, nil)
		send(numbered(name, 1000, "value", 1), func(config *sarama.Config) { config.Producer.Compression = codec })
		found := values(read(name, 1000))
		outcome[codec.String()] = found[0] == "value 0" && found[999] == "value 999"
	}
	return outcome
}

func recordParts(topic string) any {
	create(topic, 1, config("retention.ms", "-1"))
	send([]*sarama.ProducerMessage{
		{Topic: topic, Timestamp: time.UnixMilli(1_700_000_000_000), Headers: []sarama.RecordHeader{{Key: []byte("a"), Value: []byte("1")}, {Key: []byte("a"), Value: []byte{}}, {Key: []byte("b")}}},
		{Topic: topic, Key: sarama.StringEncoder(""), Value: sarama.StringEncoder(""), Timestamp: time.UnixMilli(1_700_000_000_001)},
		{Topic: topic, Key: sarama.StringEncoder("clé"), Value: sarama.StringEncoder("välue ✓"), Timestamp: time.UnixMilli(1_700_000_000_002)},
	})
	outcome := []any{}
	for _, each := range read(topic, 3) {
		headers := []any{}
		for _, header := range each.Headers {
			headers = append(headers, []any{string(header.Key), string(header.Value), header.Value == nil})
		}
		outcome = append(outcome, []any{string(each.Key), each.Key == nil, string(each.Value), each.Value == nil, each.Timestamp.UnixMilli(), headers})
	}
	return outcome
}

func tooLarge(topic string) any {
	create(topic, 1, config("max.message.bytes", "2000"))
	big := func(size int) any {
		return send([]*sarama.ProducerMessage{{Topic: topic, Value: sarama.ByteEncoder(make([]byte, size))}})
	}
	return M{"fits": big(1000), "broker": big(3000)}
}

func badTimestamp(topic string) any {
	create(topic, 1, config("message.timestamp.before.max.ms", "1000"))
	return send([]*sarama.ProducerMessage{{Topic: topic, Value: sarama.StringEncoder("a"), Timestamp: time.UnixMilli(1_600_000_000_000)}})
}

func compactedNeedsKey(topic string) any {
	create(topic, 1, config("cleanup.policy", "compact"))
	return M{"without": send([]*sarama.ProducerMessage{{Topic: topic, Value: sarama.StringEncoder("a")}}),
		"with": send([]*sarama.ProducerMessage{{Topic: topic, Key: sarama.StringEncoder("k"), Value: sarama.StringEncoder("a")}})}
}

func topicAdmin(topic string) any {
	make := func(name string, partitions int32, replicas int16, configs map[string]*string) string {
		return Told(admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: replicas, ConfigEntries: configs}, false))
	}
	grow := func(name string, count int32) string { return Told(admin.CreatePartitions(name, count, nil, false)) }
	has := func() bool { _, is := Got(admin.ListTopics())[topic]; return is }
	outcome := M{
		"created": make(topic, 3, -1, nil), "again": make(topic, 1, -1, nil), "bad name": make("with space", 1, -1, nil),
		"no partitions": make(topic+"-0", 0, -1, nil), "too many replicas": make(topic+"-r", 1, 30, nil),
		"bad config": make(topic+"-c", 1, -1, config("retention.ms", "soon")), "unknown config": make(topic+"-u", 1, -1, config("no.such", "1")),
		"grown": grow(topic, 5), "shrunk": grow(topic, 2), "unknown grown": grow(topic+"-no", 2), "listed": has(),
	}
	outcome["deleted"] = Told(admin.DeleteTopic(topic))
	Until("it is gone", func() bool { return !has() })
	outcome["deleted again"] = Told(admin.DeleteTopic(topic))
	return outcome
}

func configs(topic string) any {
	create(topic, 1, config("retention.ms", "60000"))
	of := func() string {
		found := Got(admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}}))
		return found[0].Value + " " + found[0].Source.String()
	}
	alter := func(kind sarama.IncrementalAlterConfigsOperation, name, value, topic string) string {
		entry := sarama.IncrementalAlterConfigsEntry{Operation: kind, Value: &value}
		return Told(admin.IncrementalAlterConfig(sarama.TopicResource, topic, map[string]sarama.IncrementalAlterConfigsEntry{name: entry}, false))
	}
	set := sarama.IncrementalAlterConfigsOperationSet
	before := of()
	outcome := M{"before": before, "set": alter(set, "retention.ms", "120000", topic)}
	Until("the new value", func() bool { return of() != before })
	outcome["bad value"] = alter(set, "retention.ms", "never", topic)
	outcome["unknown key"] = alter(set, "no.such", "1", topic)
	outcome["unknown topic"] = alter(set, "retention.ms", "1", topic+"-no")
	return outcome
}

func listOffsets(topic string) any {
	create(topic, 1, config("retention.ms", "-1"))
	for _, at := range []int64{0, 2, 1, 3} {
		send([]*sarama.ProducerMessage{{Topic: topic, Value: sarama.StringEncoder("x"), Timestamp: time.UnixMilli(1_700_000_000_000 + 1000*at)}})
	}
	at := func(time int64) int64 { return Got(client.GetOffset(topic, 0, time)) }
	return M{"earliest": at(-2), "latest": at(-1), "second": at(1_700_000_001_000), "between": at(1_700_000_002_500), "after all": at(1_800_000_000_000)}
}

func deleteRecords(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 10, "v", 1))
	to := func(offset int64) string {
		err := admin.DeleteRecords(topic, map[int32]int64{0: offset})
		if err == nil {
			return "ok"
		}
		return "refused"
	}
	return M{"some": to(4), "left": values(read(topic, 6)), "above the end": to(11)}
}

func outOfRange(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 3, "v", 1))
	consumer := Got(sarama.NewConsumer(bootstrap, settings()))
	defer consumer.Close()
	_, err := consumer.ConsumePartition(topic, 0, 50)
	return Told(err)
}

func parallelWriters(topic string) any {
	create(topic, 1, nil)
	var writers sync.WaitGroup
	for writer := range 4 {
		writers.Go(func() { send(numbered(topic, 200, fmt.Sprintf("writer %d", writer), 1)) })
	}
	writers.Wait()
	found := values(read(topic, 800))
	slices.Sort(found)
	return len(slices.Compact(found))
}

func exactlyOnce(config *sarama.Config) {
	config.Producer.Idempotent, config.Net.MaxOpenRequests = true, 1
}

func idempotent(topic string) any {
	create(topic, 1, nil)
	answers := send(numbered(topic, 300, "v", 1), exactlyOnce, func(config *sarama.Config) { config.Producer.Flush.MaxMessages = 10 })
	return []any{answers[0], answers[299], newest(topic)}
}

type member struct {
	group sarama.ConsumerGroup
	end   context.CancelFunc
	ended chan struct{}
	lock  sync.Mutex
	found []string
	share []int32
	topic string
}

func (self *member) Setup(session sarama.ConsumerGroupSession) error {
	self.lock.Lock()
	defer self.lock.Unlock()
	self.share = slices.Clone(session.Claims()[self.topic])
	return nil
}

func (self *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (self *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		self.lock.Lock()
		self.found = append(self.found, string(message.Value))
		self.lock.Unlock()
		session.MarkMessage(message, "")
	}
	return nil
}

func (self *member) has() ([]string, int) {
	self.lock.Lock()
	defer self.lock.Unlock()
	return slices.Clone(self.found), len(self.share)
}

func (self *member) close() {
	self.end()
	<-self.ended
	Must(self.group.Close())
}

func join(name, topic string) *member {
	group := Got(sarama.NewConsumerGroup(bootstrap, name, settings(func(config *sarama.Config) {
		config.Consumer.Offsets.AutoCommit.Interval = 100 * time.Millisecond
		config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	})))
	running, end := context.WithCancel(context.Background())
	self := &member{group: group, end: end, ended: make(chan struct{}), topic: topic}
	go func() {
		defer close(self.ended)
		for running.Err() == nil {
			if group.Consume(running, []string{topic}, self) != nil {
				time.Sleep(50 * time.Millisecond)
			}
		}
	}()
	return self
}

func offsetsOf(group, topic string, partitions ...int32) []int64 {
	offsets := []int64{}
	found := Got(admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: partitions}))
	for _, partition := range partitions {
		offsets = append(offsets, found.GetBlock(topic, partition).Offset)
	}
	return offsets
}

func groupStory(topic string) any {
	create(topic, 4, nil)
	group := topic + "-g"
	send(numbered(topic, 40, "first", 4))
	first := join(group, topic)
	Until("all records", func() bool { found, _ := first.has(); return len(found) == 40 })
	second := join(group, topic)
	seen := func() (int, int, int) {
		one, left := first.has()
		two, right := second.has()
		all := slices.Concat(one, two)
		slices.Sort(all)
		return len(slices.Compact(all)), left, right
	}
	Until("two shares", func() bool { _, left, right := seen(); return left == 2 && right == 2 })
	send(numbered(topic, 8, "more", 4))
	Until("more records", func() bool { count, _, _ := seen(); return count == 48 })
	second.close()
	Until("one share", func() bool { _, share := first.has(); return share == 4 })
	first.close()
	return M{"committed": offsetsOf(group, topic, 0, 1, 2, 3)}
}

func groupAdmin(topic string) any {
	create(topic, 2, nil)
	send(numbered(topic, 2, "v", 2))
	group := topic + "-g"
	first := join(group, topic)
	Until("both", func() bool { found, _ := first.has(); return len(found) == 2 })
	described := func() []any {
		found := Got(admin.DescribeConsumerGroups([]string{group}))[0]
		return []any{found.State, found.ProtocolType, found.Protocol, len(found.Members), Told(found.Err)}
	}
	_, listed := Got(admin.ListConsumerGroups())[group]
	outcome := M{"listed": listed, "described": described(), "deleted while used": Told(admin.DeleteConsumerGroup(group)),
		"offset deleted while used": Told(admin.DeleteConsumerGroupOffset(group, topic, 0))}
	first.close()
	Until("an empty group", func() bool { return described()[0] == "Empty" })
	outcome["empty"], outcome["offsets"] = described(), offsetsOf(group, topic, 0, 1)
	outcome["offset deleted"] = Told(admin.DeleteConsumerGroupOffset(group, topic, 0))
	outcome["offsets left"] = offsetsOf(group, topic, 0, 1)
	outcome["deleted"] = Told(admin.DeleteConsumerGroup(group))
	outcome["deleted again"] = Told(admin.DeleteConsumerGroup(group))
	return outcome
}

func transactional(id string, change ...func(*sarama.Config)) (sarama.SyncProducer, error) {
	return sarama.NewSyncProducer(bootstrap, settings(append([]func(*sarama.Config){exactlyOnce, func(config *sarama.Config) {
		config.Producer.Transaction.ID, config.Producer.Transaction.Timeout = id, 20*time.Second
	}}, change...)...))
}

func committed(config *sarama.Config) { config.Consumer.IsolationLevel = sarama.ReadCommitted }

func transactions(topic string) any {
	create(topic, 1, nil)
	producer := Got(transactional(topic + "-id"))
	defer producer.Close()
	for _, each := range []string{"a", "b", "c"} {
		Must(producer.BeginTxn())
		Must(producer.SendMessages(numbered(topic, 3, each, 1)))
		if each == "b" {
			Must(producer.AbortTxn())
		} else {
			Must(producer.CommitTxn())
		}
	}
	return M{"committed": values(read(topic, 6, committed)), "uncommitted": values(read(topic, 9)), "end": newest(topic)}
}

func zombie(topic string) any {
	create(topic, 1, nil)
	old := Got(transactional(topic + "-id"))
	Must(old.BeginTxn())
	Must(old.SendMessages(numbered(topic, 1, "old", 1)))
	fresh := Got(transactional(topic + "-id"))
	defer fresh.Close()
	Must(fresh.BeginTxn())
	Must(fresh.SendMessages(numbered(topic, 1, "new", 1)))
	Must(fresh.CommitTxn())
	outcome := M{"old": old.CommitTxn() != nil, "fatal": old.TxnStatus()&sarama.ProducerTxnFlagFatalError != 0}
	outcome["read"] = values(read(topic, 1, committed))
	return outcome
}

func transactionalOffsets(topic string) any {
	create(topic+"-in", 1, nil)
	create(topic+"-out", 1, nil)
	producer := Got(transactional(topic + "-id"))
	defer producer.Close()
	group, outcome := topic+"-g", M{}
	for _, end := range []string{"abort", "commit"} {
		Must(producer.BeginTxn())
		Must(producer.SendMessages(numbered(topic+"-out", 2, end, 1)))
		offset := &sarama.PartitionOffsetMetadata{Partition: 0, Offset: 6, LeaderEpoch: -1}
		Must(producer.AddOffsetsToTxn(map[string][]*sarama.PartitionOffsetMetadata{topic + "-in": {offset}}, group))
		if end == "abort" {
			Must(producer.AbortTxn())
		} else {
			Must(producer.CommitTxn())
			Until("the offset", func() bool { return offsetsOf(group, topic+"-in", 0)[0] == 6 })
		}
		outcome[end] = offsetsOf(group, topic+"-in", 0)
	}
	outcome["read"] = values(read(topic+"-out", 2, committed))
	return outcome
}

func transactionTimeout(topic string) any {
	_, err := transactional(topic+"-id", func(config *sarama.Config) { config.Producer.Transaction.Timeout = time.Hour })
	return Told(err)
}

func cluster(_ string) any {
	brokers, controller, err := admin.DescribeCluster()
	Must(err)
	return M{"nodes": len(brokers) > 0, "controller": controller >= 0}
}

func logDirs(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 10, "v", 1))
	size := int64(0)
	ids := []int32{}
	for _, each := range client.Brokers() {
		ids = append(ids, each.ID())
	}
	for _, directories := range Got(admin.DescribeLogDirs(ids)) {
		for _, directory := range directories {
			for _, each := range directory.Topics {
				if each.Topic == topic {
					size += each.Partitions[0].Size
				}
			}
		}
	}
	return M{"has size": size > 0}
}
