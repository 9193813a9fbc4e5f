"""librdkafka through confluent-kafka: admin, idempotent producer with delivery reports, group consumer. Prints one JSON line."""
import json
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

bootstrap = sys.argv[1]
common = {"bootstrap.servers": bootstrap}
admin = AdminClient(common)
for future in admin.create_topics([NewTopic("rdkafka", num_partitions=3, replication_factor=3)]).values():
    future.result(20)

delivered, failed = [], []


def on_delivery(error, message):
    (failed if error else delivered).append(error or (message.partition(), message.offset()))


producer = Producer({**common, "enable.idempotence": True, "linger.ms": 5, "compression.type": "lz4"})
for number in range(5000):
    producer.produce("rdkafka", key=str(number), value=f"value {number}", headers={"n": str(number)}, on_delivery=on_delivery)
    producer.poll(0)
producer.flush(30)

consumer = Consumer({**common, "group.id": "rdkafka-group", "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe(["rdkafka"])
values, deadline = set(), time.time() + 40
while len(values) < 5000 and time.time() < deadline:
    for message in consumer.consume(500, timeout=1):
        if message.error() is None:
            values.add(message.value().decode())
consumer.commit(asynchronous=False)
committed = sum(position.offset for position in consumer.committed([TopicPartition("rdkafka", index) for index in range(3)], timeout=10))
consumer.close()
brokers = len(admin.list_topics(timeout=10).brokers)
print(json.dumps({"delivered": len(delivered), "failed": [str(error) for error in failed[:5]], "read": len(values), "committed": committed, "brokers": brokers}))
