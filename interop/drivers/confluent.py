"""librdkafka through confluent-kafka: one function for each behaviour of behaviour.ts that it can do."""
import threading

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)
from confluent_kafka import ConsumerGroupState, TopicCollection

from outcomes import main, until


def error_name(error):
    """Of an answer of the cluster; None: it is none."""
    cause = error.args[0] if isinstance(error, KafkaException) and error.args else error
    return cause.name() if hasattr(cause, "name") else None


# Records of long ago stay in such a topic.
FOR_EVER = {"retention.ms": "-1"}

# An admin client that nobody holds ends what it was asked for.
ADMINS = {}


def admin_of(bootstrap):
    if bootstrap not in ADMINS:
        ADMINS[bootstrap] = AdminClient({"bootstrap.servers": bootstrap})
    return ADMINS[bootstrap]


def wait(futures):
    """The results of admin calls by name: 'ok', or the error's name."""
    outcomes = {}
    for name, future in futures.items():
        try:
            future.result(30)
            outcomes[str(name)] = "ok"
        except Exception as error:
            outcomes[str(name)] = error_name(error)
    return outcomes


def create(bootstrap, topic, partitions=1, config=None):
    made = wait(admin_of(bootstrap).create_topics([NewTopic(topic, partitions, -1, config=config or {})]))
    assert made == {topic: "ok"}, made
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})

    def led():
        known = consumer.list_topics(topic, 10).topics[topic]
        return len(known.partitions) == partitions and all(p.leader >= 0 for p in known.partitions.values())

    assert until(led)
    consumer.close()


def send(bootstrap, topic, records, **config):
    """Offsets, or error names, in the order of records: (key, value[, partition[, headers[, timestamp]]])."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "message.timeout.ms": 20000, **config})
    answers = [None] * len(records)
    for at, (key, value, *rest) in enumerate(records):
        partition, headers, timestamp = [*rest, *(0, None, 0)[len(rest):]]

        def told(error, message, at=at):
            answers[at] = error.name() if error else message.offset()

        producer.produce(topic, value=value, key=key, partition=partition, on_delivery=told, timestamp=timestamp, headers=headers)
    producer.flush(30)
    return answers


def read(bootstrap, topic, partitions=1, offset=0, isolation="read_uncommitted", **config):
    """All records to the end as (partition, offset, key, value, headers, timestamp)."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "isolation.level": isolation,
            "check.crcs": True,
            **config,
        }
    )
    consumer.assign([TopicPartition(topic, p, offset) for p in range(partitions)])
    found, ended = [], set()
    while len(ended) < partitions:
        message = consumer.poll(20)
        assert message is not None, "nothing for 20 s"
        if message.error():
            if message.error().name() != "_PARTITION_EOF":
                raise KafkaException(message.error())
            ended.add(message.partition())
            continue
        found.append(message)
    consumer.close()
    return found


def values(messages):
    return [None if m.value() is None else m.value().decode() for m in messages]


def acks(bootstrap, topic):
    create(bootstrap, topic)
    offsets = {}
    for kind in ("0", "1", "all"):
        answers = send(bootstrap, topic, [(None, f"{kind}-{i}") for i in range(3)], acks=kind)
        offsets[kind] = "unknown" if kind == "0" else answers
        assert until(lambda: len(read(bootstrap, topic)) >= 3 * len(offsets))
    return {"offsets": offsets, "values": values(read(bootstrap, topic))}


def codecs(bootstrap, topic):
    outcome = {}
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        name = f"{topic}-{codec}"
        create(bootstrap, name)
        sent = [f"value {i} " + "x" * 100 for i in range(1000)]
        send(bootstrap, name, [(None, v) for v in sent], **{"compression.type": codec, "acks": "all", "linger.ms": 50})
        outcome[codec] = values(read(bootstrap, name)) == sent
    return outcome


def record_parts(bootstrap, topic):
    create(bootstrap, topic, config=FOR_EVER)
    send(
        bootstrap,
        topic,
        [
            (None, None, 0, [("a", b"1"), ("a", b""), ("b", None)], 1_700_000_000_000),
            ("", "", 0, None, 1_700_000_000_001),
            ("clé", "välue ✓", 0, None, 1_600_000_000_000),
        ],
    )
    return [
        {
            "key": None if m.key() is None else m.key().decode(),
            "value": None if m.value() is None else m.value().decode(),
            "headers": [[k, None if v is None else v.decode()] for k, v in m.headers() or []],
            "timestamp": list(m.timestamp()),
        }
        for m in read(bootstrap, topic)
    ]


def append_time(bootstrap, topic):
    create(bootstrap, topic, config={"message.timestamp.type": "LogAppendTime"})
    send(bootstrap, topic, [(None, "a", 0, None, 1_600_000_000_000)])
    [message] = read(bootstrap, topic)
    kind, at = message.timestamp()
    return {"kind": kind, "isNow": at > 1_700_000_000_000}


def too_large(bootstrap, topic):
    create(bootstrap, topic, config={"max.message.bytes": "2000"})
    return {
        "fits": send(bootstrap, topic, [(None, "x" * 1000)]),
        "broker": send(bootstrap, topic, [(None, "x" * 3000)]),
    }


def bad_timestamp(bootstrap, topic):
    create(bootstrap, topic, config={"message.timestamp.before.max.ms": "1000"})
    return send(bootstrap, topic, [(None, "a", 0, None, 1_600_000_000_000)])


def compacted_needs_key(bootstrap, topic):
    create(bootstrap, topic, config={"cleanup.policy": "compact"})
    return {"without": send(bootstrap, topic, [(None, "a")]), "with": send(bootstrap, topic, [("k", "a")])}


def topic_admin(bootstrap, topic):
    admin = admin_of(bootstrap)
    new = lambda name, partitions=1, replicas=1, **more: wait(
        admin.create_topics([NewTopic(name, partitions, replicas, **more)])
    )[name]
    outcome = {
        "created": new(topic, 3),
        "again": new(topic),
        "bad name": new("with space"),
        "no partitions": new(f"{topic}-0", 0),
        "too many replicas": new(f"{topic}-r", 1, 30),
        "bad config": new(f"{topic}-c", config={"retention.ms": "soon"}),
        "unknown config": new(f"{topic}-u", config={"no.such": "1"}),
        "small segments": new(f"{topic}-s", config={"segment.bytes": "10"}),
        "validated": wait(admin.create_topics([NewTopic(f"{topic}-v", 1, 1)], validate_only=True))[f"{topic}-v"],
        "grown": wait(admin.create_partitions([NewPartitions(topic, 5)]))[topic],
        "shrunk": wait(admin.create_partitions([NewPartitions(topic, 2)]))[topic],
        "same": wait(admin.create_partitions([NewPartitions(topic, 5)]))[topic],
        "unknown grown": wait(admin.create_partitions([NewPartitions(f"{topic}-no", 2)]))[f"{topic}-no"],
    }
    until(lambda: len(admin.list_topics(topic, 10).topics[topic].partitions) == 5)
    listed = admin.list_topics(timeout=10).topics
    outcome["listed"] = {name: name in listed for name in (topic, f"{topic}-v", f"{topic}-c")}
    outcome["partitions"] = sorted(listed[topic].partitions)
    outcome["deleted"] = wait(admin.delete_topics([topic]))[topic]
    until(lambda: topic not in admin.list_topics(timeout=10).topics)
    outcome["deleted again"] = wait(admin.delete_topics([topic]))[topic]
    try:
        described = admin.describe_topics(TopicCollection([topic]))[topic].result(10)
        outcome["described"] = described.name
    except Exception as error:
        outcome["described"] = error_name(error)
    return outcome


def configs(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic, config={"retention.ms": "60000"})

    def of(name, kind=ResourceType.TOPIC):
        resource = ConfigResource(kind, name)
        return admin.describe_configs([resource])[resource].result(10)

    def change(key, value, operation=AlterConfigOpType.SET, kind=ResourceType.TOPIC, name=topic):
        entry = ConfigEntry(key, value, incremental_operation=operation)
        resource = ConfigResource(kind, name, incremental_configs=[entry])
        [outcome] = wait(admin.incremental_alter_configs([resource])).values()
        return outcome

    outcome = {"before": of(topic)["retention.ms"].value}
    outcome["set"] = change("retention.ms", "120000")
    until(lambda: of(topic)["retention.ms"].value == "120000")
    outcome["after"] = of(topic)["retention.ms"].value
    outcome["list"] = change("cleanup.policy", "compact", AlterConfigOpType.APPEND)
    until(lambda: "compact" in of(topic)["cleanup.policy"].value)
    outcome["appended"] = sorted(of(topic)["cleanup.policy"].value.split(","))
    outcome["bad value"] = change("retention.ms", "never")
    outcome["unknown key"] = change("no.such", "1")
    outcome["unknown topic"] = change("retention.ms", "1", name=f"{topic}-no")
    outcome["deleted"] = change("retention.ms", "0", AlterConfigOpType.DELETE)
    until(lambda: of(topic)["retention.ms"].value == "604800000")
    outcome["default"] = of(topic)["retention.ms"].value
    return outcome


def list_offsets(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic, config=FOR_EVER)
    send(bootstrap, topic, [(None, "x", 0, None, 1_700_000_000_000 + 1000 * i) for i in (0, 2, 1, 3)], acks="all")

    def at(spec, isolation=IsolationLevel.READ_UNCOMMITTED):
        part = TopicPartition(topic, 0)
        found = admin.list_offsets({part: spec}, isolation_level=isolation)[part].result(10)
        return [found.offset, found.timestamp]

    return {
        "earliest": at(OffsetSpec.earliest()),
        "latest": at(OffsetSpec.latest()),
        "max timestamp": at(OffsetSpec.max_timestamp()),
        "second": at(OffsetSpec.for_timestamp(1_700_000_001_000)),
        "between": at(OffsetSpec.for_timestamp(1_700_000_002_500)),
        "after all": at(OffsetSpec.for_timestamp(1_800_000_000_000)),
    }


def delete_records(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic)
    send(bootstrap, topic, [(None, str(i)) for i in range(10)], acks="all")

    def to(offset, partition=0):
        [future] = admin.delete_records([TopicPartition(topic, partition, offset)]).values()
        try:
            return future.result(20).low_watermark
        except Exception as error:
            return error_name(error)

    outcome = {"some": to(4)}
    outcome["left"] = values(read(bootstrap, topic, offset=4))
    outcome["above the end"] = to(11)
    outcome["again"] = to(2)
    outcome["no partition"] = to(1, 9)
    reset = {"auto.offset.reset": "earliest"}
    outcome["reset"] = values(read(bootstrap, topic, offset=1, **reset))
    outcome["all"] = to(-1)
    return outcome


def out_of_range(bootstrap, topic):
    create(bootstrap, topic)
    send(bootstrap, topic, [(None, str(i)) for i in range(3)], acks="all")
    outcome = {}
    for reset in ("earliest", "latest", "error"):
        try:
            outcome[reset] = values(read(bootstrap, topic, offset=50, **{"auto.offset.reset": reset}))
        except KafkaException as error:
            outcome[reset] = error_name(error)
    return outcome


def unknown_topic(bootstrap, topic):
    no_create = {"allow.auto.create.topics": False, "message.timeout.ms": 5000}
    return {"produce": send(bootstrap, "no such topic!", [(None, "a")], **no_create)}


def member(bootstrap, group, topics, **config):
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            **config,
        }
    )
    consumer.subscribe(topics)
    return consumer


def poll_all(consumers, done, seconds=40):
    """Polls all of them in turn until done(); what came, by consumer."""
    found = [[] for _ in consumers]

    def step():
        for at, consumer in enumerate(consumers):
            message = consumer.poll(0.05)
            if message is not None and not message.error():
                found[at].append(message)
        return done(found)

    assert until(step, seconds, 0), f"not done in {seconds} s: {[len(each) for each in found]}"
    return found


def owned(consumers):
    return [sorted(p.partition for p in consumer.assignment()) for consumer in consumers]


def shared_out(consumers, partitions):
    shares = owned(consumers)
    return all(shares) and sorted(p for share in shares for p in share) == list(range(partitions))


def group_story(bootstrap, topic, **config):
    create(bootstrap, topic, 4)
    send(bootstrap, topic, [(None, f"{i}", i % 4) for i in range(40)], acks="all")
    group = f"{topic}-g"
    first = member(bootstrap, group, [topic], **config)
    [got] = poll_all([first], lambda found: len(found[0]) == 40)
    first.commit(asynchronous=False)
    second = member(bootstrap, group, [topic], **config)
    poll_all([first, second], lambda _: shared_out([first, second], 4))
    shares = sorted(len(share) for share in owned([first, second]))
    send(bootstrap, topic, [(None, f"more {i}", i % 4) for i in range(8)], acks="all")
    more = poll_all([first, second], lambda found: sum(map(len, found)) == 8)
    first.commit(asynchronous=False)
    second.commit(asynchronous=False)
    second.close()
    poll_all([first], lambda _: owned([first]) == [[0, 1, 2, 3]])
    committed = sorted((p.partition, p.offset) for p in first.committed([TopicPartition(topic, p) for p in range(4)], 10))
    first.close()
    third = member(bootstrap, group, [topic], **config)
    send(bootstrap, topic, [(None, "last", 2)], acks="all")
    [last] = poll_all([third], lambda found: len(found[0]) == 1)
    third.close()
    return {
        "all": sorted(int(v) for v in values(got)) == list(range(40)),
        "shares": shares,
        "more": sorted(v for found in more for v in values(found)),
        "committed": committed,
        "last": values(last),
    }


def group_classic(bootstrap, topic):
    return group_story(bootstrap, topic)


def group_cooperative(bootstrap, topic):
    return group_story(bootstrap, topic, **{"partition.assignment.strategy": "cooperative-sticky"})


def group_848(bootstrap, topic):
    return group_story(bootstrap, topic, **{"group.protocol": "consumer"})


def group_848_range(bootstrap, topic):
    return group_story(bootstrap, topic, **{"group.protocol": "consumer", "group.remote.assignor": "range"})


def group_848_regex(bootstrap, topic):
    create(bootstrap, f"{topic}-a", 2)
    create(bootstrap, f"{topic}-b", 2)
    consumer = member(bootstrap, f"{topic}-g", [f"^{topic}-[ab]$"], **{"group.protocol": "consumer"})
    poll_all([consumer], lambda _: len(consumer.assignment()) == 4)
    shares = sorted((p.topic[len(topic):], p.partition) for p in consumer.assignment())
    consumer.close()
    return shares


def static_members(bootstrap, topic):
    create(bootstrap, topic, 4)
    group = f"{topic}-g"
    config = {"group.instance.id": "one", "session.timeout.ms": 10000}
    first = member(bootstrap, group, [topic], **config)
    second = member(bootstrap, group, [topic], **{**config, "group.instance.id": "two"})
    poll_all([first, second], lambda _: shared_out([first, second], 4))
    before = owned([first])[0]
    first.close()
    again = member(bootstrap, group, [topic], **config)
    poll_all([again, second], lambda _: shared_out([again, second], 4))
    outcome = {"same": owned([again])[0] == before, "other kept": len(owned([second])[0]) == 2}
    twin = member(bootstrap, group, [topic], **config)
    fenced = []

    def is_fenced():
        twin.poll(0.05)
        for name, each in (("old", again), ("second", second)):
            try:
                message = each.poll(0.05)
                if message is not None and message.error():
                    fenced.append((name, message.error().name()))
            except KafkaException as error:
                fenced.append((name, error_name(error)))
        return len(fenced) > 0

    until(is_fenced, 20, 0)
    outcome["twin"] = fenced[:1]
    second.close()
    twin.close()
    return outcome


def group_admin(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic, 2)
    group = f"{topic}-g"
    consumer = member(bootstrap, group, [topic])
    poll_all([consumer], lambda _: len(consumer.assignment()) == 2)
    send(bootstrap, topic, [(None, "a", 0), (None, "b", 1)], acks="all")
    poll_all([consumer], lambda found: len(found[0]) == 2)
    consumer.commit(asynchronous=False)

    def listed(**filters):
        result = admin.list_consumer_groups(**filters).result(10)
        return {g.group_id: g for g in result.valid}.get(group)

    def delete(name):
        return wait(admin.delete_consumer_groups([name]))[name]

    def described(name):
        try:
            found = admin.describe_consumer_groups([name])[name].result(10)
            return [found.state.name, found.partition_assignor, len(found.members)]
        except Exception as error:
            return error_name(error)

    def offsets(name):
        request = ConsumerGroupTopicPartitions(name)
        found = admin.list_consumer_group_offsets([request])[name].result(10)
        return sorted((p.topic[len(topic):], p.partition, p.offset) for p in found.topic_partitions)

    def alter(name, partition, offset):
        request = ConsumerGroupTopicPartitions(name, [TopicPartition(topic, partition, offset)])
        try:
            found = admin.alter_consumer_group_offsets([request])[name].result(10)
            return [p.error.name() if p.error else "ok" for p in found.topic_partitions]
        except Exception as error:
            return error_name(error)

    outcome = {
        "listed": listed() is not None,
        "state filter": [listed(states={s}) is not None for s in (ConsumerGroupState.STABLE, ConsumerGroupState.EMPTY)],
        "described": described(group),
        "offsets": offsets(group),
        "delete while used": delete(group),
        "alter while used": alter(group, 0, 1),
    }
    consumer.close()
    until(lambda: described(group)[0] == "EMPTY")
    outcome["empty"] = described(group)
    outcome["altered"] = alter(group, 0, 0)
    outcome["offsets after"] = offsets(group)
    outcome["deleted"] = delete(group)
    outcome["deleted again"] = delete(group)
    outcome["unknown offsets"] = offsets(f"{group}-no")
    outcome["gone"] = listed() is None
    return outcome


def idempotent(bootstrap, topic):
    create(bootstrap, topic)
    answers = send(bootstrap, topic, [(None, str(i)) for i in range(500)], **{"enable.idempotence": True, "linger.ms": 0})
    return {"offsets": answers == list(range(500)), "values": values(read(bootstrap, topic)) == [str(i) for i in range(500)]}


def transactional(bootstrap, name, **config):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name, "transaction.timeout.ms": 20000, **config})
    producer.init_transactions(30)
    return producer


def transactions(bootstrap, topic):
    create(bootstrap, topic, 2)
    admin = admin_of(bootstrap)
    producer = transactional(bootstrap, f"{topic}-id")

    def write(name, end):
        producer.begin_transaction()
        for partition in (0, 1):
            for i in range(3):
                producer.produce(topic, f"{name}-{i}", partition=partition)
        producer.flush(20)
        end()

    def latest(isolation):
        part = TopicPartition(topic, 0)
        return admin.list_offsets({part: OffsetSpec.latest()}, isolation_level=isolation)[part].result(10).offset

    write("a", lambda: producer.commit_transaction(30))
    write("b", lambda: producer.abort_transaction(30))
    producer.begin_transaction()
    producer.produce(topic, "open", partition=0)
    producer.flush(20)
    outcome = {
        "open": [latest(IsolationLevel.READ_COMMITTED), latest(IsolationLevel.READ_UNCOMMITTED)],
        "committed while open": values(read(bootstrap, topic, 1, isolation="read_committed")),
    }
    producer.commit_transaction(30)
    outcome["committed"] = sorted(values(read(bootstrap, topic, 2, isolation="read_committed")))
    outcome["uncommitted"] = sorted(values(read(bootstrap, topic, 2)))
    outcome["offsets"] = [m.offset() for m in read(bootstrap, topic, 1, isolation="read_committed")]
    outcome["ends"] = [latest(IsolationLevel.READ_COMMITTED), latest(IsolationLevel.READ_UNCOMMITTED)]
    return outcome


def zombie(bootstrap, topic):
    create(bootstrap, topic)
    old = transactional(bootstrap, f"{topic}-id")
    old.begin_transaction()
    old.produce(topic, "old")
    old.flush(20)
    new = transactional(bootstrap, f"{topic}-id")
    new.begin_transaction()
    new.produce(topic, "new")
    outcome = {}
    try:
        old.commit_transaction(30)
        outcome["old"] = "committed"
    except KafkaException as error:
        outcome["old"] = error_name(error)
        outcome["fatal"] = error.args[0].fatal()
    new.commit_transaction(30)
    outcome["read"] = values(read(bootstrap, topic, isolation="read_committed"))
    return outcome


def transactional_offsets(bootstrap, topic):
    source, sink, group = f"{topic}-in", f"{topic}-out", f"{topic}-g"
    create(bootstrap, source)
    create(bootstrap, sink)
    send(bootstrap, source, [(None, str(i)) for i in range(6)], acks="all")
    producer = transactional(bootstrap, f"{topic}-id")
    consumer = member(bootstrap, group, [source], **{"isolation.level": "read_committed"})

    def committed():
        [found] = consumer.committed([TopicPartition(source, 0)], 10)
        return found.offset

    def step(count, commit):
        [found] = poll_all([consumer], lambda found: len(found[0]) == count)
        producer.begin_transaction()
        for message in found:
            producer.produce(sink, message.value().decode() + "!")
        position = consumer.position(consumer.assignment())
        producer.send_offsets_to_transaction(position, consumer.consumer_group_metadata(), 20)
        if commit:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)

    step(6, False)
    outcome = {"after abort": committed()}
    consumer.seek(TopicPartition(source, 0, 0))
    step(6, True)
    outcome["after commit"] = committed()
    outcome["read"] = values(read(bootstrap, sink, isolation="read_committed"))
    consumer.close()
    return outcome


def transaction_timeout(bootstrap, topic):
    create(bootstrap, topic)
    outcome = {}
    try:
        transactional(bootstrap, f"{topic}-long", **{"transaction.timeout.ms": 3_600_000, "message.timeout.ms": 0})
        outcome["too long"] = "ok"
    except KafkaException as error:
        outcome["too long"] = error_name(error)
    return outcome


def cluster(bootstrap, topic):
    found = admin_of(bootstrap).describe_cluster().result(10)
    return {"id": found.cluster_id is not None, "nodes": len(found.nodes) > 0, "controller": found.controller is not None}


def parallel_writers(bootstrap, topic):
    create(bootstrap, topic, 3)
    writers = [
        threading.Thread(target=send, args=(bootstrap, topic, [(f"k{w}", f"{w}-{i}", i % 3) for i in range(200)]), kwargs={"acks": "all"})
        for w in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = read(bootstrap, topic, 3)
    return {"count": len(found), "distinct": len(set(values(found)))}


main(
    {
        "acks": acks,
        "codecs": codecs,
        "record-parts": record_parts,
        "append-time": append_time,
        "too-large": too_large,
        "bad-timestamp": bad_timestamp,
        "compacted-needs-key": compacted_needs_key,
        "topic-admin": topic_admin,
        "configs": configs,
        "list-offsets": list_offsets,
        "delete-records": delete_records,
        "out-of-range": out_of_range,
        "unknown-topic": unknown_topic,
        "parallel-writers": parallel_writers,
        "idempotent": idempotent,
        "group-classic": group_classic,
        "group-cooperative": group_cooperative,
        "static-members": static_members,
        "group-admin": group_admin,
        "group-848": group_848,
        "group-848-range": group_848_range,
        "group-848-regex": group_848_regex,
        "transactions": transactions,
        "zombie": zombie,
        "transactional-offsets": transactional_offsets,
        "transaction-timeout": transaction_timeout,
        "cluster": cluster,
    },
    error_name,
)
