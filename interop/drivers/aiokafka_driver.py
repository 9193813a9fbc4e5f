"""aiokafka: one function for each behaviour of behaviour.ts that it can do. It is of one event loop; the behaviours are coroutines."""
import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.errors import BrokerResponseError, KafkaError, for_code

from outcomes import main


def error_name(error):
    """Of an answer of the cluster; None: it is none. Of transactions it tells errors of its own class with the answer's text."""
    if isinstance(error, BrokerResponseError):
        return type(error).__name__
    return type(error).__name__ if isinstance(error, KafkaError) and "Timeout" not in type(error).__name__ else None


# Records of long ago stay in such a topic.
FOR_EVER = {"retention.ms": "-1"}


async def told(promise):
    """'ok', or the error's name."""
    try:
        await promise
        return "ok"
    except Exception as error:
        if error_name(error) is None:
            raise
        return error_name(error)


async def until(what, holds, seconds=40, step=0.05):
    end = time.monotonic() + seconds
    while True:
        held = holds()
        if await held if asyncio.iscoroutine(held) else held:
            return
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(step)


class Admin:
    """An admin client for one `async with`; answers are codes in lists."""

    def __init__(self, bootstrap):
        self.client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)

    async def __aenter__(self):
        await self.client.start()
        return self.client

    async def __aexit__(self, *_):
        await self.client.close()


def name_of(code):
    return "ok" if code == 0 else for_code(code).__name__


async def create(bootstrap, topic, partitions=1, config=None):
    async with Admin(bootstrap) as admin:
        answer = await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=config or {})])
        assert name_of(answer.topic_errors[0][1]) == "ok", answer

        async def led():
            [found] = await admin.describe_topics([topic])
            return len(found["partitions"]) == partitions and all(p["leader"] >= 0 for p in found["partitions"])

        await until("leaders", led)


async def send(bootstrap, topic, records, **config):
    """Offsets, or error names: (value[, key[, partition[, headers[, timestamp]]]])."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **{"acks": "all", **config})
    await producer.start()
    futures = []
    for value, *rest in records:
        key, partition, headers, timestamp = [*rest, *(None, 0, None, None)[len(rest):]]
        futures.append(await producer.send(topic, value, key, partition, timestamp, headers))
    answers = []
    for each in await asyncio.gather(*futures, return_exceptions=True):
        answers.append(error_name(each) if isinstance(each, Exception) else None if each is None else each.offset)
    await producer.stop()
    return answers


def numbered(count, name="value", partitions=1):
    return [(f"{name} {i}".encode(), None, i % partitions) for i in range(count)]


def text(data):
    return None if data is None else data.decode()


async def read(bootstrap, topic, partitions=1, isolation="read_uncommitted", start=0):
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    parts = [TopicPartition(topic, p) for p in range(partitions)]
    consumer.assign(parts)
    for part in parts:
        consumer.seek(part, start)
    ends, found = await consumer.end_offsets(parts), []

    async def ended():
        for records in (await consumer.getmany(timeout_ms=200)).values():
            found.extend(records)
        return all([await consumer.position(part) >= ends[part] for part in parts])

    try:
        await until(f"the end of {topic}", ended, 40, 0)
    finally:
        await consumer.stop()
    return found


def values(found):
    return [text(each.value) for each in found]


async def acks(bootstrap, topic):
    await create(bootstrap, topic)
    outcome = {}
    for at, kind in enumerate((0, 1, "all")):
        answers = await send(bootstrap, topic, numbered(3, kind), acks=kind)
        if kind != 0:
            outcome[str(kind)] = answers

        async def there(count=3 * at + 3):
            return len(await read(bootstrap, topic)) == count

        await until("the records", there)
    return {**outcome, "values": values(await read(bootstrap, topic))}


async def codecs(bootstrap, topic):
    outcome = {}
    for codec in (None, "gzip"):
        await create(bootstrap, f"{topic}-{codec}")
        sent = numbered(1000, "value of some length")
        await send(bootstrap, f"{topic}-{codec}", sent, compression_type=codec, linger_ms=50)
        outcome[str(codec)] = values(await read(bootstrap, f"{topic}-{codec}")) == [value.decode() for value, *_ in sent]
    return outcome


async def record_parts(bootstrap, topic):
    await create(bootstrap, topic, 1, FOR_EVER)
    await send(bootstrap, topic, [
        (None, b"tombstone", 0, [("a", b"1"), ("a", b"")], 1_700_000_000_000),
        (b"", b"", 0, None, 1_700_000_000_001),
        ("välue ✓".encode(), "clé".encode(), 0, None, 1_600_000_000_000),
    ])
    return [
        [text(m.key), text(m.value), m.timestamp, m.timestamp_type, [[k, text(v)] for k, v in m.headers]]
        for m in await read(bootstrap, topic)
    ]


async def too_large(bootstrap, topic):
    await create(bootstrap, topic, 1, {"max.message.bytes": "2000"})
    return {"fits": await send(bootstrap, topic, [(b"x" * 1000,)]), "broker": await send(bootstrap, topic, [(b"x" * 3000,)])}


async def bad_timestamp(bootstrap, topic):
    await create(bootstrap, topic, 1, {"message.timestamp.before.max.ms": "1000"})
    return await send(bootstrap, topic, [(b"a", None, 0, None, 1_600_000_000_000)])


async def topic_admin(bootstrap, topic):
    async with Admin(bootstrap) as admin:

        async def make(name, partitions=1, replicas=1, config=None):
            answer = await admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=config or {})])
            return name_of(answer.topic_errors[0][1])

        async def grow(name, total):
            return await told(admin.create_partitions({name: NewPartitions(total)}))

        async def delete():
            return name_of((await admin.delete_topics([topic])).topic_error_codes[0][1])

        outcome = {
            "created": await make(topic, 3),
            "again": await make(topic),
            "bad name": await make("with space"),
            "no partitions": await make(f"{topic}-0", 0),
            "too many replicas": await make(f"{topic}-r", 1, 30),
            "bad config": await make(f"{topic}-c", config={"retention.ms": "soon"}),
            "unknown config": await make(f"{topic}-u", config={"no.such": "1"}),
            "grown": await grow(topic, 5),
            "shrunk": await grow(topic, 2),
            "listed": topic in await admin.list_topics(),
            "deleted": await delete(),
        }

        async def gone():
            return topic not in await admin.list_topics()

        await until("it is gone", gone)
        return {**outcome, "deleted again": await delete()}


async def configs(bootstrap, topic):
    await create(bootstrap, topic, 1, {"retention.ms": "60000"})
    async with Admin(bootstrap) as admin:

        async def value():
            [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})])
            return answer.resources[0][4][0][1]

        async def alter(name, to):
            [answer] = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {name: to})])
            return name_of(answer.resources[0][0])

        outcome = {"before": await value(), "set": await alter("retention.ms", "120000")}

        async def changed():
            return await value() == "120000"

        await until("the new value", changed)
        return {**outcome, "bad value": await alter("retention.ms", "never"), "unknown key": await alter("no.such", "1")}


async def list_offsets(bootstrap, topic):
    await create(bootstrap, topic, 1, FOR_EVER)
    await send(bootstrap, topic, [(b"x", None, 0, None, 1_700_000_000_000 + 1000 * i) for i in (0, 2, 1, 3)])
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    part = TopicPartition(topic, 0)

    async def at(when):
        found = (await consumer.offsets_for_times({part: when}))[part]
        return None if found is None else [found.offset, found.timestamp]

    outcome = {
        "earliest": (await consumer.beginning_offsets([part]))[part],
        "latest": (await consumer.end_offsets([part]))[part],
        "second": await at(1_700_000_001_000),
        "between": await at(1_700_000_002_500),
        "after all": await at(1_800_000_000_000),
    }
    await consumer.stop()
    return outcome


async def delete_records(bootstrap, topic):
    await create(bootstrap, topic)
    await send(bootstrap, topic, numbered(10))
    part = TopicPartition(topic, 0)
    async with Admin(bootstrap) as admin:
        some = (await admin.delete_records({part: RecordsToDelete(before_offset=4)}))[part]
    return {"some": some, "below": values(await read(bootstrap, topic, start=1))}


async def parallel_writers(bootstrap, topic):
    await create(bootstrap, topic, 3)
    await asyncio.gather(*(send(bootstrap, topic, numbered(200, f"writer {w}", 3)) for w in range(4)))
    return len(set(values(await read(bootstrap, topic, 3))))


async def idempotent(bootstrap, topic):
    await create(bootstrap, topic)
    answers = await send(bootstrap, topic, numbered(300), enable_idempotence=True, max_batch_size=200)
    return answers == list(range(300)) and len(await read(bootstrap, topic)) == 300


class Member:
    """Reads until it is told to end."""

    def __init__(self, bootstrap, group, topic, **config):
        self.consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest", auto_commit_interval_ms=100,
            heartbeat_interval_ms=300, metadata_max_age_ms=1000, **config,
        )
        self.found, self.fault, self.task = [], None, asyncio.create_task(self.run())

    async def run(self):
        await self.consumer.start()
        try:
            async for message in self.consumer:
                self.found.append(text(message.value))
        except Exception as error:
            self.fault = type(error).__name__

    def share(self):
        return sorted(part.partition for part in self.consumer.assignment())

    async def end(self):
        await self.consumer.stop()
        await self.task


async def group_story(bootstrap, topic):
    await create(bootstrap, topic, 4)
    group = f"{topic}-g"
    await send(bootstrap, topic, numbered(40, "first", 4))
    first = Member(bootstrap, group, topic)
    await until("all records", lambda: len(first.found) == 40)
    second = Member(bootstrap, group, topic)
    await until("two shares", lambda: len(first.share()) == 2 and sorted(first.share() + second.share()) == [0, 1, 2, 3])
    await send(bootstrap, topic, numbered(8, "more", 4))
    await until("more records", lambda: len(set(first.found + second.found)) == 48)
    await second.end()
    await until("one share", lambda: first.share() == [0, 1, 2, 3])
    await first.end()
    async with Admin(bootstrap) as admin:
        found = await admin.list_consumer_group_offsets(group)
        [described] = await admin.describe_consumer_groups([group])
        listed = any(each[0] == group for each in await admin.list_consumer_groups())
    third = Member(bootstrap, group, topic)
    await send(bootstrap, topic, numbered(1, "last"))
    await until("the last", lambda: len(third.found) > 0)
    await third.end()
    return {
        "committed": sorted([part.partition, each.offset] for part, each in found.items()),
        "described": list(described.groups[0][2:4]),
        "listed": listed,
        "last": third.found,
    }


async def static_members(bootstrap, topic):
    await create(bootstrap, topic, 4)
    first, second = (Member(bootstrap, f"{topic}-g", topic, group_instance_id=name) for name in ("one", "two"))
    await until("two shares", lambda: len(first.share()) == 2 and len(second.share()) == 2)
    before = first.share()
    await first.end()
    again = Member(bootstrap, f"{topic}-g", topic, group_instance_id="one")
    await until("its share", lambda: len(again.share()) == 2)
    outcome = {"same": again.share() == before}
    await again.end()
    await second.end()
    return outcome


async def transactional(bootstrap, name, **config):
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=name, **{"transaction_timeout_ms": 20000, **config})
    await producer.start()
    return producer


async def transactions(bootstrap, topic):
    await create(bootstrap, topic, 2)
    producer = await transactional(bootstrap, f"{topic}-id")

    async def write(name, end):
        await producer.begin_transaction()
        for value, _, partition in numbered(6, name, 2):
            await producer.send_and_wait(topic, value, partition=partition)
        await end()

    await write("a", producer.commit_transaction)
    await write("b", producer.abort_transaction)
    await producer.begin_transaction()
    await producer.send_and_wait(topic, b"open", partition=0)

    async def committed():
        return sorted(values(await read(bootstrap, topic, 2, "read_committed")))

    async def is_last():
        return "open" in await committed()

    outcome = {"committed while open": await committed()}
    await producer.commit_transaction()
    await producer.stop()
    await until("the last", is_last)
    return {**outcome, "committed": await committed(), "uncommitted": sorted(values(await read(bootstrap, topic, 2)))}


async def zombie(bootstrap, topic):
    await create(bootstrap, topic)
    old = await transactional(bootstrap, f"{topic}-id")
    await old.begin_transaction()
    await old.send_and_wait(topic, b"old")
    new = await transactional(bootstrap, f"{topic}-id")
    await new.begin_transaction()
    await new.send_and_wait(topic, b"new")
    await new.commit_transaction()
    outcome = {"old": await told(old.commit_transaction())}

    async def seen():
        return values(await read(bootstrap, topic, 1, "read_committed")) == ["new"]

    await until("the new one's", seen)
    await new.stop()
    return outcome


async def transactional_offsets(bootstrap, topic):
    source, sink, group = f"{topic}-in", f"{topic}-out", f"{topic}-g"
    await create(bootstrap, source)
    await create(bootstrap, sink)
    producer = await transactional(bootstrap, f"{topic}-id")
    part = TopicPartition(source, 0)

    async def offsets():
        async with Admin(bootstrap) as admin:
            return [each.offset for each in (await admin.list_consumer_group_offsets(group)).values()]

    async def moved():
        return await offsets() == [6]

    outcome = {}
    for name, end, offset in (("abort", producer.abort_transaction, 3), ("commit", producer.commit_transaction, 6)):
        await producer.begin_transaction()
        await producer.send_and_wait(sink, name.encode())
        await producer.send_offsets_to_transaction({part: offset}, group)
        await end()
        if name == "commit":
            await until("the offsets", moved)
        outcome[name] = await offsets()
    await producer.stop()
    return outcome


async def transaction_timeout(bootstrap, topic):
    return await told(transactional(bootstrap, f"{topic}-long", transaction_timeout_ms=3_600_000))


async def cluster(bootstrap, topic):
    async with Admin(bootstrap) as admin:
        found = await admin.describe_cluster()
    return {"id": bool(found["cluster_id"]), "nodes": len(found["brokers"]) > 0, "controller": found["controller_id"] >= 0}


def run(behave):
    return lambda bootstrap, topic: asyncio.run(behave(bootstrap, topic))


main(
    {
        "acks": run(acks),
        "codecs": run(codecs),
        "record-parts": run(record_parts),
        "too-large": run(too_large),
        "bad-timestamp": run(bad_timestamp),
        "topic-admin": run(topic_admin),
        "configs": run(configs),
        "list-offsets": run(list_offsets),
        "delete-records": run(delete_records),
        "parallel-writers": run(parallel_writers),
        "idempotent": run(idempotent),
        "group-classic": run(group_story),
        "static-members": run(static_members),
        "transactions": run(transactions),
        "zombie": run(zombie),
        "transactional-offsets": run(transactional_offsets),
        "transaction-timeout": run(transaction_timeout),
        "cluster": run(cluster),
    },
    error_name,
)
