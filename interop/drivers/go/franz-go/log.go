package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	. "interop/driver"
)

func acks(topic string) any {
	create(topic, 1, nil)
	outcome := M{}
	for at, each := range []kgo.Acks{kgo.NoAck(), kgo.LeaderAck(), kgo.AllISRAcks()} {
		answers := send(numbered(topic, 3, fmt.Sprint(at), 1), kgo.RequiredAcks(each), kgo.DisableIdempotentWrite())
		if at > 0 {
			outcome[fmt.Sprint(at)] = answers
		}
		Until("the records", func() bool {
			end, _ := Got(admin.ListEndOffsets(ctx, topic)).Lookup(topic, 0)
			return end.Offset == int64(3*(at+1))
		})
	}
	outcome["values"] = values(all(topic))
	return outcome
}

func codecs(topic string) any {
	outcome := M{}
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		create(topic+"-"+name, 1, nil)
		sent := numbered(topic+"-"+name, 1000, "value of some length", 1)
		send(sent, kgo.ProducerBatchCompression(codec))
		outcome[name] = slices.Equal(values(all(topic+"-"+name)), values(sent))
	}
	return outcome
}

func recordParts(topic string) any {
	create(topic, 1, config("retention.ms", "-1"))
	send([]*kgo.Record{
		{Topic: topic, Timestamp: time.UnixMilli(1_700_000_000_000), Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "a", Value: []byte{}}, {Key: "b"}}},
		{Topic: topic, Key: []byte{}, Value: []byte{}, Timestamp: time.UnixMilli(1_700_000_000_001)},
		{Topic: topic, Key: []byte("clé"), Value: []byte("välue ✓"), Timestamp: time.UnixMilli(1_600_000_000_000)},
	})
	text := func(bytes []byte) any {
		if bytes == nil {
			return nil
		}
		return string(bytes)
	}
	outcome := []any{}
	for _, each := range all(topic) {
		headers := []any{}
		for _, header := range each.Headers {
			headers = append(headers, []any{header.Key, text(header.Value)})
		}
		outcome = append(outcome, M{"key": text(each.Key), "value": text(each.Value), "headers": headers,
			"timestamp": each.Timestamp.UnixMilli(), "type": each.Attrs.TimestampType()})
	}
	return outcome
}

func appendTime(topic string) any {
	create(topic, 1, config("message.timestamp.type", "LogAppendTime"))
	send([]*kgo.Record{{Topic: topic, Value: []byte("a"), Timestamp: time.UnixMilli(1_600_000_000_000)}})
	found := all(topic)[0]
	return M{"kind": found.Attrs.TimestampType(), "isNow": time.Since(found.Timestamp) < time.Minute}
}

func tooLarge(topic string) any {
	create(topic, 1, config("max.message.bytes", "2000"))
	big := func(size int) []any {
		return send([]*kgo.Record{{Topic: topic, Value: make([]byte, size)}}, kgo.ProducerBatchCompression(kgo.NoCompression()))
	}
	return M{"fits": big(1000), "broker": big(3000)}
}

func badTimestamp(topic string) any {
	create(topic, 1, config("message.timestamp.before.max.ms", "1000"))
	return send([]*kgo.Record{{Topic: topic, Value: []byte("a"), Timestamp: time.UnixMilli(1_600_000_000_000)}})
}

func compactedNeedsKey(topic string) any {
	create(topic, 1, config("cleanup.policy", "compact"))
	return M{"without": send([]*kgo.Record{{Topic: topic, Value: []byte("a")}}),
		"with": send([]*kgo.Record{{Topic: topic, Key: []byte("k"), Value: []byte("a")}})}
}

func topicAdmin(topic string) any {
	make := func(name string, partitions int32, replicas int16, configs map[string]*string) string {
		answer, err := admin.CreateTopic(ctx, partitions, replicas, configs, name)
		if err == nil {
			err = answer.Err
		}
		return Told(err)
	}
	grow := func(name string, set int) string {
		return Told(Got(admin.UpdatePartitions(ctx, set, name))[name].Err)
	}
	has := func() bool { return Got(admin.ListTopics(ctx)).Has(topic) }
	outcome := M{
		"created": make(topic, 3, -1, config("min.insync.replicas", "1")), "again": make(topic, 1, -1, nil),
		"bad name": make("with space", 1, -1, nil), "no partitions": make(topic+"-0", 0, -1, nil),
		"too many replicas": make(topic+"-r", 1, 30, nil), "bad config": make(topic+"-c", 1, -1, config("retention.ms", "soon")),
		"unknown config": make(topic+"-u", 1, -1, config("no.such", "1")),
		"two dots":       make("..", 1, -1, nil), "long name": make(string(slices.Repeat([]byte("a"), 250)), 1, -1, nil),
		"validated": Told(Got(admin.ValidateCreateTopics(ctx, 1, -1, nil, topic+"-v"))[topic+"-v"].Err),
		"grown":     grow(topic, 5), "shrunk": grow(topic, 2), "same": grow(topic, 5), "unknown grown": grow(topic+"-no", 2),
	}
	Until("five partitions", func() bool { return len(Got(admin.ListTopics(ctx, topic))[topic].Partitions) == 5 })
	outcome["listed"] = has()
	outcome["deleted"] = Told(Got(admin.DeleteTopics(ctx, topic))[topic].Err)
	Until("it is gone", func() bool { return !has() })
	outcome["deleted again"] = Told(Got(admin.DeleteTopics(ctx, topic))[topic].Err)
	return outcome
}

func valueOf(found kadm.ResourceConfigs, err error) func(name string) any {
	Must(err)
	return func(name string) any {
		for _, each := range found[0].Configs {
			if each.Key == name {
				return []any{each.MaybeValue(), each.Source.String()}
			}
		}
		return nil
	}
}

func configs(topic string) any {
	create(topic, 1, config("retention.ms", "60000"))
	alter := func(op kadm.IncrementalOp, name, value string, topics ...string) string {
		return Told(Got(admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: op, Name: name, Value: &value}}, append(topics, topic)[0]))[0].Err)
	}
	of := func(name string) any { return valueOf(admin.DescribeTopicConfigs(ctx, topic))(name) }
	outcome := M{"before": of("retention.ms"), "set": alter(kadm.SetConfig, "retention.ms", "120000")}
	Until("the new value", func() bool { return of("retention.ms").([]any)[0] == "120000" })
	outcome["after"] = of("retention.ms")
	outcome["bad value"] = alter(kadm.SetConfig, "retention.ms", "never")
	outcome["unknown key"] = alter(kadm.SetConfig, "no.such", "1")
	outcome["not a list"] = alter(kadm.AppendConfig, "retention.ms", "1")
	outcome["unknown topic"] = alter(kadm.SetConfig, "retention.ms", "1", topic+"-no")
	outcome["appended"] = alter(kadm.AppendConfig, "cleanup.policy", "compact")
	Until("both policies", func() bool { return of("cleanup.policy").([]any)[0] != "delete" })
	outcome["policies"] = of("cleanup.policy")
	outcome["subtracted"] = alter(kadm.SubtractConfig, "cleanup.policy", "delete")
	outcome["deleted"] = alter(kadm.DeleteConfig, "retention.ms", "")
	Until("the default", func() bool { return of("retention.ms").([]any)[0] == "604800000" })
	outcome["default"] = of("retention.ms")
	described := Got(admin.DescribeTopicConfigs(ctx, topic+"-no"))
	outcome["described unknown"] = Told(described[0].Err)
	return outcome
}

func brokerConfigs(_ string) any {
	broker := Got(admin.ListBrokers(ctx))[0].NodeID
	alter := func(op kadm.IncrementalOp, name, value string, brokers ...int32) string {
		answers, err := admin.AlterBrokerConfigs(ctx, []kadm.AlterConfig{{Op: op, Name: name, Value: &value}}, brokers...)
		Must(err)
		return Told(answers[0].Err)
	}
	of := func(name string) any { return valueOf(admin.DescribeBrokerConfigs(ctx, broker))(name) }
	outcome := M{"set for all": alter(kadm.SetConfig, "log.cleaner.backoff.ms", "14000")}
	Until("the new value", func() bool { return of("log.cleaner.backoff.ms").([]any)[0] == "14000" })
	outcome["described"] = of("log.cleaner.backoff.ms")
	outcome["set for one"] = alter(kadm.SetConfig, "log.cleaner.backoff.ms", "13000", broker)
	Until("its own value", func() bool { return of("log.cleaner.backoff.ms").([]any)[0] == "13000" })
	outcome["its own"] = of("log.cleaner.backoff.ms")
	outcome["deleted for one"] = alter(kadm.DeleteConfig, "log.cleaner.backoff.ms", "", broker)
	outcome["deleted for all"] = alter(kadm.DeleteConfig, "log.cleaner.backoff.ms", "")
	Until("no more value", func() bool {
		found, is := of("log.cleaner.backoff.ms").([]any)
		return !is || found[1] != "DYNAMIC_DEFAULT_BROKER_CONFIG" && found[1] != "DYNAMIC_BROKER_CONFIG"
	})
	outcome["read only"] = alter(kadm.SetConfig, "node.id", "7", broker)
	outcome["bad value"] = alter(kadm.SetConfig, "log.cleaner.backoff.ms", "never")
	outcome["unknown key"] = alter(kadm.SetConfig, "message.max.bytes", "-7")
	return outcome
}

func listOffsets(topic string) any {
	create(topic, 1, config("retention.ms", "-1"))
	for _, at := range []int64{0, 2, 1, 3} {
		send([]*kgo.Record{{Topic: topic, Value: []byte("x"), Timestamp: time.UnixMilli(1_700_000_000_000 + 1000*at)}})
	}
	at := func(found kadm.ListedOffsets, err error) []int64 {
		Must(err)
		each, _ := found.Lookup(topic, 0)
		Must(each.Err)
		return []int64{each.Offset, each.Timestamp, int64(min(each.LeaderEpoch, 0))}
	}
	return M{
		"earliest": at(admin.ListStartOffsets(ctx, topic)), "latest": at(admin.ListEndOffsets(ctx, topic)),
		"committed": at(admin.ListCommittedOffsets(ctx, topic)), "max": at(admin.ListMaxTimestampOffsets(ctx, topic)),
		"local": at(admin.ListLocalLogStartOffsets(ctx, topic)), "remote": at(admin.ListLatestRemoteOffsets(ctx, topic)),
		"second": at(admin.ListOffsetsAfterMilli(ctx, 1_700_000_001_000, topic)), "between": at(admin.ListOffsetsAfterMilli(ctx, 1_700_000_002_500, topic)),
		"after all": at(admin.ListOffsetsAfterMilli(ctx, 1_800_000_000_000, topic)),
	}
}

func deleteRecords(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 10, "v", 1))
	to := func(partition int32, offset int64) any {
		offsets := kadm.Offsets{}
		offsets.AddOffset(topic, partition, offset, -1)
		answers, err := admin.DeleteRecords(ctx, offsets)
		if err != nil {
			return Told(err)
		}
		answer := answers[topic][partition]
		if answer.Err != nil {
			return Told(answer.Err)
		}
		return answer.LowWatermark
	}
	outcome := M{"some": to(0, 4), "left": values(all(topic)), "above the end": to(0, 11), "again": to(0, 2)}
	outcome["all"] = to(0, -1)
	return outcome
}

func outOfRange(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 3, "v", 1))
	consumer := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(50)}}), kgo.ConsumeResetOffset(kgo.NoResetOffset()))
	defer consumer.Close()
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		for _, each := range consumer.PollFetches(waiting).Errors() {
			var known *kerr.Error
			if errors.As(each.Err, &known) {
				return known.Message
			}
			panic(each.Err)
		}
	}
}

func electLeaders(topic string) any {
	create(topic, 1, nil)
	elect := func(how kadm.ElectLeadersHow, name string, partition int32) string {
		set := kadm.TopicsSet{}
		set.Add(name, partition)
		return Told(Got(admin.ElectLeaders(ctx, how, set))[name][partition].Err)
	}
	return M{
		"preferred": elect(kadm.ElectPreferredReplica, topic, 0), "unclean": elect(kadm.ElectLiveReplica, topic, 0),
		"no partition": elect(kadm.ElectPreferredReplica, topic, 9), "no topic": elect(kadm.ElectPreferredReplica, topic+"-no", 0),
	}
}

func parallelWriters(topic string) any {
	create(topic, 3, nil)
	var writers sync.WaitGroup
	for writer := range 4 {
		writers.Go(func() { send(numbered(topic, 200, fmt.Sprintf("writer %d", writer), 3)) })
	}
	writers.Wait()
	return len(slices.Compact(sorted(values(all(topic)))))
}

func idempotent(topic string) any {
	create(topic, 1, nil)
	answers := send(numbered(topic, 500, "v", 1), kgo.MaxBufferedRecords(20), kgo.ProducerLinger(0))
	for at, each := range answers {
		if each != int64(at) {
			return answers
		}
	}
	return slices.Equal(values(all(topic)), values(numbered(topic, 500, "v", 1)))
}

// The cleaner comes when it comes: what is waited for is that only the newest of each key is left below the last segment.
func compaction(topic string) any {
	create(topic, 1, config("cleanup.policy", "compact", "segment.ms", "500", "min.cleanable.dirty.ratio", "0.01", "delete.retention.ms", "60000"))
	record := func(key string, value []byte) { send([]*kgo.Record{{Topic: topic, Key: []byte(key), Value: value}}) }
	for at := range 5 {
		record("a", fmt.Appendf(nil, "a%d", at))
		record("b", fmt.Appendf(nil, "b%d", at))
	}
	record("b", nil)
	time.Sleep(700 * time.Millisecond)
	record("last", []byte("1"))
	var found []*kgo.Record
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if found = all(topic); len(found) <= 3 {
			break
		}
	}
	outcome := []any{}
	for _, each := range found {
		outcome = append(outcome, []any{each.Offset, string(each.Key), string(each.Value), each.Value == nil})
	}
	return outcome
}

func cluster(_ string) any {
	found := Got(admin.BrokerMetadata(ctx))
	return M{"nodes": len(found.Brokers) > 0, "controller": found.Controller >= 0, "id": found.Cluster != ""}
}

func logDirs(topic string) any {
	create(topic, 1, nil)
	send(numbered(topic, 10, "v", 1))
	set := kadm.TopicsSet{}
	set.Add(topic, 0)
	size := int64(0)
	Got(admin.DescribeAllLogDirs(ctx, set)).Each(func(each kadm.DescribedLogDir) {
		Must(each.Err)
		each.Topics.Each(func(partition kadm.DescribedLogDirPartition) { size += partition.Size })
	})
	return M{"has size": size > 0}
}

func quorum(_ string) any {
	request := kmsg.NewPtrDescribeQuorumRequest()
	topic := kmsg.NewDescribeQuorumRequestTopic()
	topic.Topic = "__cluster_metadata"
	topic.Partitions = append(topic.Partitions, kmsg.NewDescribeQuorumRequestTopicPartition())
	request.Topics = append(request.Topics, topic)
	answer := Got(request.RequestWith(ctx, clientOfAdmin))
	part := answer.Topics[0].Partitions[0]
	led := slices.ContainsFunc(part.CurrentVoters, func(each kmsg.DescribeQuorumResponseTopicPartitionReplicaState) bool {
		return each.ReplicaID == part.LeaderID
	})
	return M{"led": led, "high watermark": part.HighWatermark > 0, "term": part.LeaderEpoch > 0, "nodes": len(answer.Nodes) > 0}
}
