"""kafka-python: one function for each behaviour of behaviour.ts that it can do."""
import re
import threading

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import BrokerResponseError, KafkaError
from kafka.structs import OffsetAndMetadata

from outcomes import main, until


def error_name(error):
    """Of an answer of the cluster; None: it is none. What it did not expect it names in the text of its own error."""
    unexpected = re.search(r"\[Error \d+\] (\w+)", str(error))
    if unexpected and isinstance(error, KafkaError):
        return unexpected[1]
    return type(error).__name__ if isinstance(error, BrokerResponseError) else None


def told(call):
    """'ok', or the error's name."""
    try:
        call()
        return "ok"
    except Exception as error:
        if error_name(error) is None:
            raise
        return error_name(error)


# Records of long ago stay in such a topic.
FOR_EVER = {"retention.ms": "-1"}

ADMINS = {}


def admin_of(bootstrap):
    if bootstrap not in ADMINS:
        ADMINS[bootstrap] = KafkaAdminClient(bootstrap_servers=bootstrap)
    return ADMINS[bootstrap]


def create(bootstrap, topic, partitions=1, config=None):
    admin = admin_of(bootstrap)
    admin.create_topics([NewTopic(topic, partitions, -1, topic_configs=config or {})])

    def led():
        [found] = admin.describe_topics([topic])
        return len(found["partitions"]) == partitions and all(p["leader_id"] >= 0 for p in found["partitions"])

    assert until(led), f"{topic} has no leaders"


def text(data):
    return None if data is None else data.decode()


def send(bootstrap, topic, records, **config):
    """Offsets, or error names: (value[, key[, partition[, headers[, timestamp]]]])."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, **{"enable_idempotence": False, "acks": "all", **config})
    futures = []
    for value, *rest in records:
        key, partition, headers, timestamp = [*rest, *(None, 0, None, None)[len(rest):]]
        futures.append(producer.send(topic, value, key, headers or [], partition, timestamp))
    producer.flush(30)
    answers = []
    for future in futures:
        try:
            answers.append(future.get(30).offset)
        except BrokerResponseError as error:
            answers.append(error_name(error))
    producer.close()
    return answers


def numbered(count, name="value", partitions=1):
    return [(f"{name} {i}".encode(), None, i % partitions) for i in range(count)]


def read(bootstrap, topic, partitions=1, isolation="read_uncommitted", start=None):
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest", group_id=None)
    parts = [TopicPartition(topic, p) for p in range(partitions)]
    consumer.assign(parts)
    if start is None:
        consumer.seek_to_beginning(*parts)
    else:
        consumer.seek(parts[0], start)
    ends, found = consumer.end_offsets(parts), []

    def ended():
        for records in consumer.poll(200).values():
            found.extend(records)
        return all(consumer.position(part) >= ends[part] for part in parts)

    assert until(ended, 40, 0), f"{topic} is not read to its end"
    consumer.close()
    return found


def values(found):
    return [text(each.value) for each in found]


def acks(bootstrap, topic):
    create(bootstrap, topic)
    outcome = {}
    for at, kind in enumerate((0, 1, "all")):
        answers = send(bootstrap, topic, numbered(3, kind), acks=kind)
        if kind != 0:
            outcome[kind] = answers
        assert until(lambda: len(read(bootstrap, topic)) == 3 * at + 3)
    outcome["values"] = values(read(bootstrap, topic))
    return {str(kind): each for kind, each in outcome.items()}


def codecs(bootstrap, topic):
    outcome = {}
    for codec in (None, "gzip"):
        create(bootstrap, f"{topic}-{codec}")
        sent = numbered(1000, "value of some length")
        send(bootstrap, f"{topic}-{codec}", sent, compression_type=codec, linger_ms=50)
        outcome[str(codec)] = values(read(bootstrap, f"{topic}-{codec}")) == [value.decode() for value, *_ in sent]
    return outcome


def record_parts(bootstrap, topic):
    create(bootstrap, topic, 1, FOR_EVER)
    send(bootstrap, topic, [
        (None, b"tombstone", 0, [("a", b"1"), ("a", b"")], 1_700_000_000_000),
        (b"", b"", 0, None, 1_700_000_000_001),
        ("välue ✓".encode(), "clé".encode(), 0, None, 1_600_000_000_000),
    ])
    return [[text(m.key), text(m.value), m.timestamp, m.timestamp_type, [[k, text(v)] for k, v in m.headers]] for m in read(bootstrap, topic)]


def too_large(bootstrap, topic):
    create(bootstrap, topic, 1, {"max.message.bytes": "2000"})
    return {"fits": send(bootstrap, topic, [(b"x" * 1000,)]), "broker": send(bootstrap, topic, [(b"x" * 3000,)])}


def bad_timestamp(bootstrap, topic):
    create(bootstrap, topic, 1, {"message.timestamp.before.max.ms": "1000"})
    return send(bootstrap, topic, [(b"a", None, 0, None, 1_600_000_000_000)])


def compacted_needs_key(bootstrap, topic):
    create(bootstrap, topic, 1, {"cleanup.policy": "compact"})
    return {"without": send(bootstrap, topic, [(b"a",)]), "with": send(bootstrap, topic, [(b"a", b"k")])}


def topic_admin(bootstrap, topic):
    admin = admin_of(bootstrap)

    def make(name, partitions=1, replicas=-1, config=None):
        return told(lambda: admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=config or {})]))

    def grow(name, total):
        return told(lambda: admin.create_partitions({name: NewPartitions(total)}))

    outcome = {
        "created": make(topic, 3),
        "again": make(topic),
        "bad name": make("with space"),
        "no partitions": make(f"{topic}-0", 0),
        "too many replicas": make(f"{topic}-r", 1, 30),
        "bad config": make(f"{topic}-c", config={"retention.ms": "soon"}),
        "unknown config": make(f"{topic}-u", config={"no.such": "1"}),
        "grown": grow(topic, 5),
        "shrunk": grow(topic, 2),
        "unknown grown": grow(f"{topic}-no", 2),
    }
    until(lambda: len(admin.describe_topics([topic])[0]["partitions"]) == 5)
    outcome["listed"] = topic in admin.list_topics()
    outcome["deleted"] = told(lambda: admin.delete_topics([topic]))
    until(lambda: topic not in admin.list_topics())
    outcome["deleted again"] = told(lambda: admin.delete_topics([topic]))
    return outcome


def configs(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic, 1, {"retention.ms": "60000"})

    def alter(name, value):
        return told(lambda: admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={name: value})], raise_on_unknown=False))

    def modified():
        return str(admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))

    outcome = {"before": "60000" in modified(), "set": alter("retention.ms", "120000")}
    outcome["after"] = until(lambda: "120000" in modified())
    return outcome


def list_offsets(bootstrap, topic):
    create(bootstrap, topic, 1, FOR_EVER)
    send(bootstrap, topic, [(b"x", None, 0, None, 1_700_000_000_000 + 1000 * i) for i in (0, 2, 1, 3)])
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    part = TopicPartition(topic, 0)

    def at(time):
        found = consumer.offsets_for_times({part: time})[part]
        return None if found is None else [found.offset, found.timestamp]

    outcome = {
        "earliest": consumer.beginning_offsets([part])[part],
        "latest": consumer.end_offsets([part])[part],
        "second": at(1_700_000_001_000),
        "between": at(1_700_000_002_500),
        "after all": at(1_800_000_000_000),
    }
    consumer.close()
    return outcome


def delete_records(bootstrap, topic):
    create(bootstrap, topic)
    send(bootstrap, topic, numbered(10))
    part = TopicPartition(topic, 0)

    def to(offset):
        try:
            return admin_of(bootstrap).delete_records({part: offset})[part]["low_watermark"]
        except BrokerResponseError as error:
            return error_name(error)

    return {"some": to(4), "left": values(read(bootstrap, topic)), "below": values(read(bootstrap, topic, start=1)), "all": to(-1)}


def parallel_writers(bootstrap, topic):
    create(bootstrap, topic, 3)
    writers = [threading.Thread(target=send, args=(bootstrap, topic, numbered(200, f"writer {w}", 3))) for w in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return len(set(values(read(bootstrap, topic, 3))))


def idempotent(bootstrap, topic):
    create(bootstrap, topic)
    answers = send(bootstrap, topic, numbered(300), enable_idempotence=True, linger_ms=0, batch_size=200)
    return answers == list(range(300)) and len(read(bootstrap, topic)) == 300


class Member(threading.Thread):
    """Polls until it is told to end; its consumer belongs to this thread."""

    def __init__(self, bootstrap, group, topic, **config):
        super().__init__(daemon=True)
        self.settings = {"bootstrap_servers": bootstrap, "group_id": group, "auto_offset_reset": "earliest", "auto_commit_interval_ms": 100, **config}
        self.topic, self.found, self.share, self.fault, self.ended = topic, [], [], None, threading.Event()
        self.start()

    def run(self):
        consumer = KafkaConsumer(self.topic, **self.settings)
        try:
            while not self.ended.is_set():
                for records in consumer.poll(100).values():
                    self.found.extend(values(records))
                self.share = sorted(part.partition for part in consumer.assignment())
        except Exception as error:
            self.fault = type(error).__name__
        finally:
            consumer.close()

    def end(self):
        self.ended.set()
        self.join(20)


def group_story(bootstrap, topic, **config):
    create(bootstrap, topic, 4)
    group = f"{topic}-g"
    send(bootstrap, topic, numbered(40, "first", 4))
    first = Member(bootstrap, group, topic, **config)
    assert until(lambda: len(first.found) == 40), len(first.found)
    second = Member(bootstrap, group, topic, **config)
    assert until(lambda: len(first.share) == 2 and sorted(first.share + second.share) == [0, 1, 2, 3]), "two shares"
    send(bootstrap, topic, numbered(8, "more", 4))
    assert until(lambda: len(set(first.found + second.found)) == 48), "more records"
    second.end()
    assert until(lambda: first.share == [0, 1, 2, 3]), "one share"
    first.end()
    found = admin_of(bootstrap).list_group_offsets(group)[group]
    outcome = {"records": len(set(first.found + second.found)), "committed": sorted([p.partition, o.offset] for p, o in found.items())}
    third = Member(bootstrap, group, topic, **config)
    send(bootstrap, topic, numbered(1, "last"))
    assert until(lambda: len(third.found) > 0), "the last"
    third.end()
    return {**outcome, "last": third.found}


def static_members(bootstrap, topic):
    create(bootstrap, topic, 4)
    group = f"{topic}-g"

    def static(name):
        return Member(bootstrap, group, topic, group_instance_id=name, heartbeat_interval_ms=500)

    first, second = static("one"), static("two")
    assert until(lambda: len(first.share) == 2 and len(second.share) == 2), "two shares"
    before = first.share
    first.end()
    again = static("one")
    assert until(lambda: len(again.share) == 2), "its share"
    outcome = {"same": again.share == before}
    twin = static("one")
    until(lambda: again.fault or twin.fault, 20)
    outcome["fenced"] = again.fault
    for each in (again, twin, second):
        each.end()
    return outcome


def group_admin(bootstrap, topic):
    admin = admin_of(bootstrap)
    create(bootstrap, topic, 2)
    send(bootstrap, topic, numbered(2, "v", 2))
    group = f"{topic}-g"
    member = Member(bootstrap, group, topic)
    assert until(lambda: len(member.found) == 2), "both"

    def described():
        found = admin.describe_groups([group])[group]
        return [found["group_state"], found["protocol_type"], len(found["members"])]

    def offsets():
        return sorted([p.partition, o.offset] for p, o in admin.list_group_offsets(group)[group].items())

    assert until(lambda: offsets() == [[0, 1], [1, 1]]), "the commits"
    outcome = {
        "listed": any(each["group_id"] == group for each in admin.list_groups()),
        "described": described(),
        "deleted while used": str(admin.delete_groups([group])),
    }
    member.end()
    until(lambda: described()[0] == "Empty")
    outcome["empty"] = described()
    change = {TopicPartition(topic, 0): OffsetAndMetadata(0, "", -1)}
    outcome["altered"] = told(lambda: admin.alter_group_offsets(group, change))
    outcome["offsets"] = offsets()
    outcome["deleted"] = str(admin.delete_groups([group]))
    outcome["deleted again"] = str(admin.delete_groups([group]))
    return outcome


def transactional(bootstrap, name, **config):
    producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=name, **{"transaction_timeout_ms": 20000, **config})
    producer.init_transactions()
    return producer


def transactions(bootstrap, topic):
    create(bootstrap, topic, 2)
    producer = transactional(bootstrap, f"{topic}-id")

    def write(name, end):
        producer.begin_transaction()
        for value, _, partition in numbered(6, name, 2):
            producer.send(topic, value, partition=partition)
        producer.flush()
        end()

    write("a", producer.commit_transaction)
    write("b", producer.abort_transaction)
    producer.begin_transaction()
    producer.send(topic, b"open", partition=0).get(20)
    outcome = {"committed while open": sorted(values(read(bootstrap, topic, 2, "read_committed")))}
    producer.commit_transaction()
    producer.close()

    def committed():
        return sorted(values(read(bootstrap, topic, 2, "read_committed")))

    until(lambda: "open" in committed())
    return {**outcome, "committed": committed(), "uncommitted": sorted(values(read(bootstrap, topic, 2)))}


def zombie(bootstrap, topic):
    create(bootstrap, topic)
    old = transactional(bootstrap, f"{topic}-id")
    old.begin_transaction()
    old.send(topic, b"old").get(20)
    new = transactional(bootstrap, f"{topic}-id")
    new.begin_transaction()
    new.send(topic, b"new").get(20)
    new.commit_transaction()
    outcome = {"old": told(old.commit_transaction)}
    until(lambda: values(read(bootstrap, topic, 1, "read_committed")) == ["new"])
    outcome["read"] = values(read(bootstrap, topic, 1, "read_committed"))
    new.close()
    old.close(timeout=0)
    return outcome


def transactional_offsets(bootstrap, topic):
    source, sink, group = f"{topic}-in", f"{topic}-out", f"{topic}-g"
    create(bootstrap, source)
    create(bootstrap, sink)
    producer = transactional(bootstrap, f"{topic}-id")
    part = TopicPartition(source, 0)

    def offsets():
        return [o.offset for o in admin_of(bootstrap).list_group_offsets(group)[group].values()]

    outcome = {}
    for name, end, offset in (("abort", producer.abort_transaction, 3), ("commit", producer.commit_transaction, 6)):
        producer.begin_transaction()
        producer.send(sink, name.encode()).get(20)
        producer.send_offsets_to_transaction({part: OffsetAndMetadata(offset, "", -1)}, group)
        end()
        until(lambda: offsets() == [6], 20 if name == "commit" else 0.5)
        outcome[name] = offsets()
    producer.close()
    until(lambda: len(read(bootstrap, sink, 1, "read_committed")) == 1)
    outcome["read"] = values(read(bootstrap, sink, 1, "read_committed"))
    return outcome


def transaction_timeout(bootstrap, topic):
    create(bootstrap, topic)
    return told(lambda: transactional(bootstrap, f"{topic}-long", transaction_timeout_ms=3_600_000))


def cluster(bootstrap, topic):
    found = admin_of(bootstrap).describe_cluster()
    return {"id": bool(found["cluster_id"]), "nodes": len(found["brokers"]) > 0, "controller": found["controller_id"] >= 0}


main(
    {
        "acks": acks,
        "codecs": codecs,
        "record-parts": record_parts,
        "too-large": too_large,
        "bad-timestamp": bad_timestamp,
        "compacted-needs-key": compacted_needs_key,
        "topic-admin": topic_admin,
        "configs": configs,
        "list-offsets": list_offsets,
        "delete-records": delete_records,
        "parallel-writers": parallel_writers,
        "idempotent": idempotent,
        "group-classic": group_story,
        "static-members": static_members,
        "group-admin": group_admin,
        "transactions": transactions,
        "zombie": zombie,
        "transactional-offsets": transactional_offsets,
        "transaction-timeout": transaction_timeout,
        "cluster": cluster,
    },
    error_name,
)
