package main

import (
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	. "interop/driver"
)

func transactional(id string, options ...kgo.Opt) *kgo.Client {
	return client(append([]kgo.Opt{kgo.TransactionalID(id), kgo.TransactionTimeout(20 * time.Second), kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
}

func write(producer *kgo.Client, end kgo.TransactionEndTry, records []*kgo.Record) string {
	Must(producer.BeginTransaction())
	Must(producer.ProduceSync(ctx, records...).FirstErr())
	return Told(producer.EndTransaction(ctx, end))
}

func latest(found kadm.ListedOffsets, err error) int64 {
	Must(err)
	for _, parts := range found {
		return parts[0].Offset
	}
	return -1
}

func transactions(topic string) any {
	create(topic, 2, nil)
	producer := transactional(topic + "-id")
	defer producer.Close()
	outcome := M{"commit": write(producer, kgo.TryCommit, numbered(topic, 6, "a", 2)), "abort": write(producer, kgo.TryAbort, numbered(topic, 6, "b", 2))}
	Must(producer.BeginTransaction())
	Must(producer.ProduceSync(ctx, numbered(topic, 1, "open", 2)...).FirstErr())
	outcome["open"] = []int64{latest(admin.ListCommittedOffsets(ctx, topic)), latest(admin.ListEndOffsets(ctx, topic))}
	outcome["committed while open"] = sorted(values(read(topic, kgo.ReadCommitted())))
	outcome["last"] = Told(producer.EndTransaction(ctx, kgo.TryCommit))
	Until("the markers", func() bool { return latest(admin.ListCommittedOffsets(ctx, topic)) == 10 })
	outcome["ends"] = []int64{latest(admin.ListCommittedOffsets(ctx, topic)), latest(admin.ListEndOffsets(ctx, topic))}
	outcome["committed"] = sorted(values(read(topic, kgo.ReadCommitted())))
	outcome["uncommitted"] = sorted(values(all(topic)))
	return outcome
}

func zombie(topic string) any {
	create(topic, 1, nil)
	old, fresh := transactional(topic+"-id"), transactional(topic+"-id")
	defer old.Close()
	defer fresh.Close()
	Must(old.BeginTransaction())
	Must(old.ProduceSync(ctx, numbered(topic, 1, "old", 1)...).FirstErr())
	outcome := M{"new": write(fresh, kgo.TryCommit, numbered(topic, 1, "new", 1)), "old": Told(old.EndTransaction(ctx, kgo.TryCommit))}
	Until("the markers", func() bool { return latest(admin.ListCommittedOffsets(ctx, topic)) == 4 })
	outcome["read"] = values(read(topic, kgo.ReadCommitted()))
	return outcome
}

func transactionalOffsets(topic string) any {
	source, sink, group := topic+"-in", topic+"-out", topic+"-g"
	create(source, 1, nil)
	create(sink, 1, nil)
	send(numbered(source, 6, "v", 1))
	session := Got(kgo.NewGroupTransactSession(kgo.SeedBrokers(bootstrap...), kgo.TransactionalID(topic+"-id"), kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(source), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RequireStableFetchOffsets(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.Balancers(kgo.CooperativeStickyBalancer())))
	defer session.Close()
	outcome := M{}
	for _, commits := range []bool{false, true} {
		seen := 0
		Must(session.Begin())
		for seen < 6 {
			fetches := session.PollFetches(ctx)
			Must(fetches.Err())
			fetches.EachRecord(func(record *kgo.Record) {
				seen++
				session.Produce(ctx, &kgo.Record{Topic: sink, Value: append(record.Value, '!')}, nil)
			})
		}
		ended := Got(session.End(ctx, kgo.TransactionEndTry(commits)))
		name := map[bool]string{false: "after abort", true: "after commit"}[commits]
		if commits {
			Until("the markers", func() bool {
				return len(committedOf(group, source)) == 1 && len(read(sink, kgo.ReadCommitted())) == 6
			})
		}
		outcome[name] = []any{ended, committedOf(group, source)}
	}
	outcome["read"] = values(read(sink, kgo.ReadCommitted()))
	return outcome
}

func transactionTimeout(topic string) any {
	create(topic, 1, nil)
	producer := transactional(topic+"-id", kgo.TransactionTimeout(time.Hour))
	defer producer.Close()
	Must(producer.BeginTransaction())
	return Told(producer.ProduceSync(ctx, numbered(topic, 1, "v", 1)...).FirstErr())
}

func transactionAdmin(topic string) any {
	create(topic, 1, nil)
	id := topic + "-id"
	producer := transactional(id)
	defer producer.Close()
	Must(producer.BeginTransaction())
	Must(producer.ProduceSync(ctx, numbered(topic, 1, "v", 1)...).FirstErr())
	described := func(name string) []any {
		found := Got(admin.DescribeTransactions(ctx, name))[name]
		return []any{found.State, found.TimeoutMillis, found.StartTimestamp > 0, len(found.Topics), Told(found.Err)}
	}
	topics := kadm.TopicsSet{}
	topics.Add(topic, 0)
	producers := []any{}
	Got(admin.DescribeProducers(ctx, topics)).EachPartition(func(part kadm.DescribedProducersPartition) {
		for _, each := range part.ActiveProducers {
			producers = append(producers, []any{each.LastSequence, each.CurrentTxnStartOffset, each.ProducerID >= 0})
		}
	})
	listed := func(states ...string) bool {
		_, is := Got(admin.ListTransactions(ctx, nil, states))[id]
		return is
	}
	outcome := M{"ongoing": described(id), "unknown": described(id + "-no"), "producers": producers, "listed": listed(),
		"listed ongoing": listed("Ongoing"), "listed empty": listed("Empty")}
	outcome["commit"] = Told(producer.EndTransaction(ctx, kgo.TryCommit))
	Until("the end of the transaction", func() bool { return described(id)[0] == "CompleteCommit" })
	outcome["committed"] = described(id)[4]
	return outcome
}

// What a broker says to producers that lie, code by code: requests as they are.
func producerRefusals(topic string) any {
	create(topic, 1, nil)
	init := func(id string, timeout int32, producer int64, term int16) *kmsg.InitProducerIDResponse {
		request := kmsg.NewPtrInitProducerIDRequest()
		request.TransactionalID, request.TransactionTimeoutMillis = &id, timeout
		request.ProducerID, request.ProducerEpoch = producer, term
		return Got(request.RequestWith(ctx, clientOfAdmin))
	}
	end := func(id string, producer int64, term int16, commit bool) string {
		request := kmsg.NewPtrEndTxnRequest()
		request.TransactionalID, request.ProducerID, request.ProducerEpoch, request.Commit = id, producer, term, commit
		return code(Got(request.RequestWith(ctx, clientOfAdmin)).ErrorCode)
	}
	id := topic + "-id"
	first := init(id, 20_000, -1, -1)
	known, term := first.ProducerID, first.ProducerEpoch
	outcome := M{
		"first": code(first.ErrorCode), "term": term, "again": code(init(id, 20_000, known, term).ErrorCode),
		"old term": code(init(id, 20_000, known, term).ErrorCode), "other producer": code(init(id, 20_000, known+100_000, 0).ErrorCode),
		"no timeout": code(init(id, 0, -1, -1).ErrorCode), "too long": code(init(id, 100_000_000, -1, -1).ErrorCode), "no id": code(init("", 20_000, -1, -1).ErrorCode),
		"only a term":    code(init(id, 20_000, -1, 3).ErrorCode),
		"end of nothing": end(id, known, term, true), "end unknown": end(id+"-no", known, term, true), "end by another": end(id, known+100_000, 0, true),
	}
	return outcome
}
