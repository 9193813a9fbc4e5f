import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.BooleanSupplier;
import java.util.stream.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/** The Java clients, Streams and tools: one method for each behaviour of behaviour.ts that they can do. */
public final class Driver {
  interface Behave {
    Object apply(String topic) throws Exception;
  }

  static String bootstrap;
  static Admin admin;

  // ---- what all behaviours share

  static Map<String, Object> config(Object... more) {
    var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
    for (int at = 0; at < more.length; at += 2) config.put((String) more[at], more[at + 1]);
    return config;
  }

  /** Of an answer of the cluster; null: it is none. */
  static String errorName(Throwable error) {
    var cause = error instanceof ExecutionException || error instanceof KafkaException && error.getCause() instanceof ApiException ? error.getCause() : error;
    return cause instanceof KafkaException ? cause.getClass().getSimpleName() : null;
  }

  static String told(KafkaFuture<?> future) throws Exception {
    try {
      future.get(30, TimeUnit.SECONDS);
      return "ok";
    } catch (ExecutionException error) {
      return errorName(error);
    }
  }

  static void until(String what, BooleanSupplier holds) throws Exception {
    long end = System.nanoTime() + 40_000_000_000L;
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) throw new IllegalStateException("not within 40 s: " + what);
      Thread.sleep(20);
    }
  }

  static boolean calmly(Callable<Boolean> holds) {
    try {
      return holds.call();
    } catch (Exception error) {
      return false;
    }
  }

  static void create(String topic, int partitions, Map<String, String> configs) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configs))).all().get();
    until("leaders of " + topic, () -> calmly(() -> {
      var found = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
      return found.size() == partitions && found.stream().allMatch(each -> each.leader() != null && !each.leader().isEmpty());
    }));
  }

  static void create(String topic, int partitions) throws Exception {
    create(topic, partitions, Map.of());
  }

  static KafkaProducer<String, String> producer(Object... more) {
    return new KafkaProducer<>(config(more), new StringSerializer(), new StringSerializer());
  }

  /** Offsets or names of errors. */
  static List<Object> send(String topic, List<ProducerRecord<String, String>> records, Object... more) throws Exception {
    try (var producer = producer(more)) {
      var futures = new ArrayList<Future<RecordMetadata>>();
      for (var record : records) futures.add(producer.send(record));
      var answers = new ArrayList<Object>();
      for (var future : futures) {
        try {
          answers.add(future.get(60, TimeUnit.SECONDS).offset());
        } catch (ExecutionException error) {
          answers.add(errorName(error));
        }
      }
      return answers;
    }
  }

  static List<ProducerRecord<String, String>> numbered(String topic, int count, String name, int partitions) {
    return IntStream.range(0, count).mapToObj(at -> new ProducerRecord<String, String>(topic, at % partitions, null, name + " " + at)).toList();
  }

  static KafkaConsumer<String, String> consumer(Object... more) {
    var config = config("auto.offset.reset", "earliest", "enable.auto.commit", false);
    config.putAll(config(more));
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  static List<ConsumerRecord<String, String>> read(String topic, int partitions, String isolation) throws Exception {
    try (var consumer = consumer("isolation.level", isolation)) {
      var parts = IntStream.range(0, partitions).mapToObj(at -> new TopicPartition(topic, at)).toList();
      consumer.assign(parts);
      consumer.seekToBeginning(parts);
      var ends = consumer.endOffsets(parts);
      var found = new ArrayList<ConsumerRecord<String, String>>();
      until("the end of " + topic, () -> {
        consumer.poll(Duration.ofMillis(100)).forEach(found::add);
        return parts.stream().allMatch(part -> consumer.position(part) >= ends.get(part));
      });
      return found;
    }
  }

  static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  /** A commit is answered before its markers are written (Kafka too): readers of committed records see it a moment later. */
  static List<String> settledValues(String topic) throws Exception {
    until("the end of its transactions", () -> calmly(() ->
        offsetAt(topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED).equals(offsetAt(topic, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED))));
    return committedValues(topic, 1);
  }

  static List<String> committedValues(String topic, int partitions) throws Exception {
    return values(read(topic, partitions, "read_committed")).stream().sorted().toList();
  }

  // ---- behaviours

  static Object acks(String topic) throws Exception {
    create(topic, 1);
    var outcome = new TreeMap<String, Object>();
    for (var kind : List.of("0", "1", "all")) {
      var answers = send(topic, numbered(topic, 3, kind, 1), "acks", kind, "enable.idempotence", false);
      if (!kind.equals("0")) outcome.put(kind, answers);
      int least = 3 * (outcome.size() + 1);
      until("the records", () -> calmly(() -> read(topic, 1, "read_uncommitted").size() >= least));
    }
    outcome.put("values", values(read(topic, 1, "read_uncommitted")));
    return outcome;
  }

  static Object codecs(String topic) throws Exception {
    var outcome = new TreeMap<String, Object>();
    for (var codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      var name = topic + "-" + codec;
      create(name, 1);
      var sent = numbered(name, 1000, "value of some length to compress", 1);
      send(name, sent, "compression.type", codec, "linger.ms", 50);
      outcome.put(codec, values(read(name, 1, "read_uncommitted")).equals(sent.stream().map(ProducerRecord::value).toList()));
    }
    return outcome;
  }

  static Object recordParts(String topic) throws Exception {
    create(topic, 1, Map.of("retention.ms", "-1"));
    var headers = new ArrayList<org.apache.kafka.common.header.Header>();
    headers.add(new RecordHeader("a", new byte[] {49}));
    headers.add(new RecordHeader("a", new byte[0]));
    headers.add(new RecordHeader("b", (byte[]) null));
    send(topic, List.of(
        new ProducerRecord<String, String>(topic, 0, 1_700_000_000_000L, null, null, headers),
        new ProducerRecord<>(topic, 0, 1_700_000_000_001L, "", ""),
        new ProducerRecord<>(topic, 0, 1_600_000_000_000L, "clé", "välue ✓")));
    var outcome = new ArrayList<Object>();
    for (var record : read(topic, 1, "read_uncommitted")) {
      var names = new ArrayList<Object>();
      record.headers().forEach(header -> names.add(Arrays.asList(header.key(), header.value() == null ? null : new String(header.value()))));
      outcome.add(Arrays.asList(record.key(), record.value(), record.timestamp(), record.timestampType().name, names));
    }
    return outcome;
  }

  static Object tooLarge(String topic) throws Exception {
    create(topic, 1, Map.of("max.message.bytes", "2000"));
    return Map.of(
        "fits", send(topic, List.of(new ProducerRecord<>(topic, "x".repeat(1000)))),
        "broker", send(topic, List.of(new ProducerRecord<>(topic, "x".repeat(3000)))));
  }

  static Object badTimestamp(String topic) throws Exception {
    create(topic, 1, Map.of("message.timestamp.before.max.ms", "1000"));
    return send(topic, List.of(new ProducerRecord<>(topic, 0, 1_600_000_000_000L, null, "a")));
  }

  static Object compactedNeedsKey(String topic) throws Exception {
    create(topic, 1, Map.of("cleanup.policy", "compact"));
    return Map.of("without", send(topic, List.of(new ProducerRecord<>(topic, "a"))), "with", send(topic, List.of(new ProducerRecord<>(topic, "k", "a"))));
  }

  static String make(String name, Optional<Integer> partitions, Optional<Short> replicas, Map<String, String> configs) throws Exception {
    return told(admin.createTopics(List.of(new NewTopic(name, partitions, replicas).configs(configs))).all());
  }

  static Object topicAdmin(String topic) throws Exception {
    var outcome = new TreeMap<String, Object>();
    Optional<Integer> one = Optional.of(1);
    Optional<Short> any = Optional.empty();
    outcome.put("created", make(topic, Optional.of(3), any, Map.of("min.insync.replicas", "1")));
    outcome.put("again", make(topic, one, any, Map.of()));
    outcome.put("bad name", make("with space", one, any, Map.of()));
    outcome.put("no partitions", make(topic + "-0", Optional.of(0), any, Map.of()));
    outcome.put("too many replicas", make(topic + "-r", one, Optional.of((short) 30), Map.of()));
    outcome.put("bad config", make(topic + "-c", one, any, Map.of("retention.ms", "soon")));
    outcome.put("unknown config", make(topic + "-u", one, any, Map.of("no.such", "1")));
    outcome.put("grown", told(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all()));
    outcome.put("shrunk", told(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all()));
    until("five partitions", () -> calmly(() -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 5));
    outcome.put("listed", admin.listTopics().names().get().contains(topic));
    var id = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
    outcome.put("by id", admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id).name().equals(topic));
    outcome.put("unknown id", told(admin.describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds()));
    outcome.put("deleted by id", told(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all()));
    until("it is gone", () -> calmly(() -> !admin.listTopics().names().get().contains(topic)));
    outcome.put("deleted again", told(admin.deleteTopics(List.of(topic)).all()));
    outcome.put("described", told(admin.describeTopics(List.of(topic)).allTopicNames()));
    return outcome;
  }

  static Object configs(String topic) throws Exception {
    create(topic, 1, Map.of("retention.ms", "60000"));
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Callable<ConfigEntry> entry = () -> admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms");
    var outcome = new TreeMap<String, Object>();
    outcome.put("before", entry.call().value() + " " + entry.call().source());
    outcome.put("set", alter(resource, "retention.ms", "120000", AlterConfigOp.OpType.SET));
    until("the new value", () -> calmly(() -> entry.call().value().equals("120000")));
    outcome.put("bad value", alter(resource, "retention.ms", "never", AlterConfigOp.OpType.SET));
    outcome.put("unknown key", alter(resource, "no.such", "1", AlterConfigOp.OpType.SET));
    outcome.put("not a list", alter(resource, "retention.ms", "1", AlterConfigOp.OpType.APPEND));
    outcome.put("unknown topic", alter(new ConfigResource(ConfigResource.Type.TOPIC, topic + "-no"), "retention.ms", "1", AlterConfigOp.OpType.SET));
    outcome.put("deleted", alter(resource, "retention.ms", "", AlterConfigOp.OpType.DELETE));
    until("the default", () -> calmly(() -> entry.call().value().equals("604800000")));
    outcome.put("source", entry.call().source().name());
    var group = new ConfigResource(ConfigResource.Type.GROUP, topic + "-g");
    outcome.put("group", alter(group, "consumer.session.timeout.ms", "50000", AlterConfigOp.OpType.SET));
    until("the group's", () -> calmly(() -> admin.describeConfigs(List.of(group)).all().get().get(group).get("consumer.session.timeout.ms").value().equals("50000")));
    outcome.put("bad group", alter(group, "consumer.session.timeout.ms", "1", AlterConfigOp.OpType.SET));
    return outcome;
  }

  static String alter(ConfigResource resource, String key, String value, AlterConfigOp.OpType kind) throws Exception {
    return told(admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(key, value), kind)))).all());
  }

  static List<Long> offsetAt(String topic, OffsetSpec spec, IsolationLevel isolation) throws Exception {
    var part = new TopicPartition(topic, 0);
    var found = admin.listOffsets(Map.of(part, spec), new ListOffsetsOptions(isolation)).partitionResult(part).get();
    return List.of(found.offset(), found.timestamp());
  }

  static Object listOffsets(String topic) throws Exception {
    create(topic, 1, Map.of("retention.ms", "-1"));
    for (int at : new int[] {0, 2, 1, 3}) send(topic, List.of(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + 1000 * at, null, "x")));
    var outcome = new TreeMap<String, Object>();
    var isolation = IsolationLevel.READ_UNCOMMITTED;
    outcome.put("earliest", offsetAt(topic, OffsetSpec.earliest(), isolation));
    outcome.put("latest", offsetAt(topic, OffsetSpec.latest(), isolation));
    outcome.put("max", offsetAt(topic, OffsetSpec.maxTimestamp(), isolation));
    outcome.put("local", offsetAt(topic, OffsetSpec.earliestLocal(), isolation));
    outcome.put("tiered", offsetAt(topic, OffsetSpec.latestTiered(), isolation));
    outcome.put("between", offsetAt(topic, OffsetSpec.forTimestamp(1_700_000_002_500L), isolation));
    outcome.put("after all", offsetAt(topic, OffsetSpec.forTimestamp(1_800_000_000_000L), isolation));
    return outcome;
  }

  static Object deleteRecords(String topic) throws Exception {
    create(topic, 1);
    send(topic, numbered(topic, 10, "v", 1));
    var part = new TopicPartition(topic, 0);
    var outcome = new TreeMap<String, Object>();
    outcome.put("some", admin.deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(part).get().lowWatermark());
    outcome.put("left", values(read(topic, 1, "read_uncommitted")));
    outcome.put("above the end", told(admin.deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(11))).all()));
    outcome.put("all", admin.deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(part).get().lowWatermark());
    return outcome;
  }

  static Object outOfRange(String topic) throws Exception {
    create(topic, 1);
    send(topic, numbered(topic, 3, "v", 1));
    try (var consumer = consumer("auto.offset.reset", "none")) {
      var part = new TopicPartition(topic, 0);
      consumer.assign(List.of(part));
      consumer.seek(part, 50);
      until("an answer", () -> consumer.poll(Duration.ofMillis(100)).count() > 0);
      return "records";
    }
  }

  static Object idempotent(String topic) throws Exception {
    create(topic, 1);
    var answers = send(topic, numbered(topic, 500, "v", 1), "linger.ms", 0, "batch.size", 100);
    return Map.of("offsets", answers.equals(LongStream.range(0, 500).boxed().toList()), "count", read(topic, 1, "read_uncommitted").size());
  }

  static KafkaConsumer<String, String> member(String group, String topic, Object... more) {
    var all = new ArrayList<Object>(List.of("group.id", group));
    all.addAll(Arrays.asList(more));
    var consumer = consumer(all.toArray());
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  static int poll(List<KafkaConsumer<String, String>> members, List<String> found) {
    for (var member : members) member.poll(Duration.ofMillis(50)).forEach(record -> found.add(record.value()));
    return found.size();
  }

  static Object groupStory(String topic, Object... more) throws Exception {
    create(topic, 4);
    var group = topic + "-g";
    send(topic, numbered(topic, 40, "first", 4));
    var outcome = new TreeMap<String, Object>();
    var found = new ArrayList<String>();
    var first = member(group, topic, more);
    until("all records", () -> poll(List.of(first), found) == 40);
    first.commitSync();
    // Not before: an older client joins when it subscribes, and takes its share.
    var second = member(group, topic, more);
    var both = List.of(first, second);
    until("two shares", () -> poll(both, found) >= 0 && first.assignment().size() == 2 && second.assignment().size() == 2);
    send(topic, numbered(topic, 8, "more", 4));
    until("more records", () -> poll(both, found) >= 48);
    outcome.put("records", found.size());
    first.commitSync();
    second.commitSync();
    second.close();
    until("one share", () -> poll(List.of(first), found) >= 0 && first.assignment().size() == 4);
    var parts = IntStream.range(0, 4).mapToObj(at -> new TopicPartition(topic, at)).collect(Collectors.toSet());
    outcome.put("committed", first.committed(parts).values().stream().map(OffsetAndMetadata::offset).sorted().toList());
    first.close();
    var third = member(group, topic, more);
    send(topic, numbered(topic, 1, "last", 4));
    var last = new ArrayList<String>();
    until("the last", () -> poll(List.of(third), last) == 1);
    outcome.put("last", last);
    third.close();
    return outcome;
  }

  static Object groupAdmin(String topic) throws Exception {
    create(topic, 2);
    send(topic, numbered(topic, 2, "v", 2));
    var group = topic + "-g";
    var member = member(group, topic);
    var found = new ArrayList<String>();
    until("both", () -> poll(List.of(member), found) == 2);
    member.commitSync();
    var part = new TopicPartition(topic, 0);
    var outcome = new TreeMap<String, Object>();
    Callable<List<Object>> described = () -> {
      var one = admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get();
      return List.of(one.groupState().name(), one.type().name(), one.partitionAssignor(), one.members().size());
    };
    outcome.put("listed", admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC))).all().get().stream().anyMatch(each -> each.groupId().equals(group)));
    outcome.put("described", described.call());
    outcome.put("delete while used", told(admin.deleteConsumerGroups(List.of(group)).all()));
    outcome.put("offsets deleted while used", told(admin.deleteConsumerGroupOffsets(group, Set.of(part)).all()));
    member.close();
    until("an empty group", () -> calmly(() -> described.call().get(0).equals("EMPTY")));
    outcome.put("altered", told(admin.alterConsumerGroupOffsets(group, Map.of(part, new OffsetAndMetadata(0))).all()));
    outcome.put("offsets", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream().map(OffsetAndMetadata::offset).sorted().toList());
    outcome.put("offsets deleted", told(admin.deleteConsumerGroupOffsets(group, Set.of(part)).all()));
    outcome.put("offsets left", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().size());
    outcome.put("deleted", told(admin.deleteConsumerGroups(List.of(group)).all()));
    outcome.put("deleted again", told(admin.deleteConsumerGroups(List.of(group)).all()));
    outcome.put("described when gone", told(admin.describeConsumerGroups(List.of(group)).all()));
    return outcome;
  }

  static Object staticMembers(String topic) throws Exception {
    create(topic, 4);
    var group = topic + "-g";
    var first = member(group, topic, "group.instance.id", "one");
    var second = member(group, topic, "group.instance.id", "two");
    var none = new ArrayList<String>();
    until("two shares", () -> poll(List.of(first, second), none) >= 0 && first.assignment().size() == 2 && second.assignment().size() == 2);
    var before = first.assignment();
    first.close();
    var again = member(group, topic, "group.instance.id", "one");
    until("its share", () -> poll(List.of(again, second), none) >= 0 && again.assignment().size() == 2);
    var outcome = new TreeMap<String, Object>();
    outcome.put("same", again.assignment().equals(before));
    var twin = member(group, topic, "group.instance.id", "one");
    try {
      until("somebody is fenced", () -> poll(List.of(twin, again), none) < 0);
    } catch (KafkaException error) {
      outcome.put("twin", errorName(error));
    }
    second.close();
    twin.close();
    return outcome;
  }

  static KafkaProducer<String, String> transactional(String id, Object... more) {
    var all = new ArrayList<Object>(List.of("transactional.id", id, "transaction.timeout.ms", 20_000));
    all.addAll(Arrays.asList(more));
    var producer = producer(all.toArray());
    producer.initTransactions();
    return producer;
  }

  static void write(KafkaProducer<String, String> producer, String topic, String name, int partitions, boolean commits) throws Exception {
    producer.beginTransaction();
    for (var record : numbered(topic, 3 * partitions, name, partitions)) producer.send(record);
    producer.flush();
    if (commits) producer.commitTransaction();
    else producer.abortTransaction();
  }

  static Object transactions(String topic) throws Exception {
    create(topic, 2);
    var outcome = new TreeMap<String, Object>();
    try (var producer = transactional(topic + "-id")) {
      write(producer, topic, "a", 2, true);
      write(producer, topic, "b", 2, false);
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, 0, null, "open")).get();
      outcome.put("open", List.of(offsetAt(topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED), offsetAt(topic, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED)));
      outcome.put("committed while open", committedValues(topic, 2));
      producer.commitTransaction();
    }
    outcome.put("committed", committedValues(topic, 2));
    outcome.put("uncommitted", read(topic, 2, "read_uncommitted").size());
    outcome.put("offsets", read(topic, 1, "read_committed").stream().map(ConsumerRecord::offset).toList());
    return outcome;
  }

  static Object zombie(String topic) throws Exception {
    create(topic, 1);
    var outcome = new TreeMap<String, Object>();
    var old = transactional(topic + "-id");
    old.beginTransaction();
    old.send(new ProducerRecord<>(topic, "old")).get();
    try (var fresh = transactional(topic + "-id")) {
      write(fresh, topic, "new", 1, true);
    }
    try {
      old.commitTransaction();
      outcome.put("old", "committed");
    } catch (KafkaException error) {
      outcome.put("old", errorName(error));
    }
    outcome.put("read", settledValues(topic));
    old.close(Duration.ZERO);
    return outcome;
  }

  static Object transactionalOffsets(String topic) throws Exception {
    String source = topic + "-in", sink = topic + "-out", group = topic + "-g";
    create(source, 1);
    create(sink, 1);
    send(source, numbered(source, 6, "v", 1));
    var part = new TopicPartition(source, 0);
    var outcome = new TreeMap<String, Object>();
    try (var producer = transactional(topic + "-id"); var consumer = member(group, source, "isolation.level", "read_committed")) {
      for (boolean commits : new boolean[] {false, true}) {
        var found = new ArrayList<String>();
        until("six records", () -> poll(List.of(consumer), found) == 6);
        producer.beginTransaction();
        for (var value : found) producer.send(new ProducerRecord<>(sink, value + "!"));
        producer.sendOffsetsToTransaction(Map.of(part, new OffsetAndMetadata(6)), consumer.groupMetadata());
        if (commits) producer.commitTransaction();
        else producer.abortTransaction();
        var committed = consumer.committed(Set.of(part)).get(part);
        outcome.put(commits ? "after commit" : "after abort", committed == null ? -1 : committed.offset());
        consumer.seek(part, 0);
      }
    }
    outcome.put("read", settledValues(sink));
    return outcome;
  }

  static Object transactionTimeout(String topic) {
    try (var producer = producer("transactional.id", topic + "-id", "transaction.timeout.ms", 3_600_000)) {
      producer.initTransactions();
      return "ok";
    }
  }

  static Object transactionAdmin(String topic) throws Exception {
    create(topic, 1);
    var id = topic + "-id";
    var part = new TopicPartition(topic, 0);
    var outcome = new TreeMap<String, Object>();
    try (var producer = transactional(id)) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "a")).get();
      var listed = admin.listTransactions().all().get().stream().filter(each -> each.transactionalId().equals(id)).toList();
      outcome.put("listed", listed.stream().map(each -> each.state().name()).toList());
      var described = admin.describeTransactions(List.of(id)).description(id).get();
      outcome.put("described", List.of(described.state().name(), described.topicPartitions().size(), described.transactionTimeoutMs(), described.transactionStartTimeMs().isPresent()));
      var active = admin.describeProducers(List.of(part)).partitionResult(part).get().activeProducers();
      outcome.put("producers", active.stream().map(each -> List.of(each.lastSequence(), each.currentTransactionStartOffset().orElse(-1))).toList());
      outcome.put("unknown", told(admin.describeTransactions(List.of(id + "-no")).description(id + "-no")));
      outcome.put("fenced", told(admin.fenceProducers(List.of(id)).all()));
      try {
        producer.commitTransaction();
        outcome.put("commit", "ok");
      } catch (KafkaException error) {
        outcome.put("commit", errorName(error));
      }
    }
    return outcome;
  }

  static Object cluster(String topic) throws Exception {
    var found = admin.describeCluster();
    return Map.of("id", !found.clusterId().get().isEmpty(), "nodes", !found.nodes().get().isEmpty(), "controller", found.controller().get() != null);
  }

  static Object logDirs(String topic) throws Exception {
    create(topic, 1);
    send(topic, numbered(topic, 10, "v", 1));
    var nodes = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
    long size = 0;
    boolean total = true;
    for (var directories : admin.describeLogDirs(nodes).allDescriptions().get().values()) {
      for (var directory : directories.values()) {
        total &= directory.totalBytes().isPresent() && directory.usableBytes().isPresent();
        for (var each : directory.replicaInfos().entrySet()) if (each.getKey().topic().equals(topic)) size += each.getValue().size();
      }
    }
    return Map.of("has size", size > 0, "has room", total);
  }

  static Object quorum(String topic) throws Exception {
    var found = admin.describeMetadataQuorum().quorumInfo().get();
    var voters = found.voters().stream().map(QuorumInfo.ReplicaState::replicaId).toList();
    return Map.of("led", voters.contains(found.leaderId()), "high watermark", found.highWatermark() > 0, "epoch", found.leaderEpoch() > 0);
  }

  static Object streams(String topic) throws Exception {
    String lines = topic + "-lines", counts = topic + "-counts";
    create(lines, 2);
    create(counts, 2);
    var builder = new StreamsBuilder();
    builder.stream(lines, Consumed.with(Serdes.String(), Serdes.String()))
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
        .count()
        .toStream()
        .to(counts, Produced.with(Serdes.String(), Serdes.Long()));
    var properties = new Properties();
    properties.putAll(config("application.id", topic + "-app", "processing.guarantee", "exactly_once_v2", "commit.interval.ms", 100,
        "state.dir", System.getProperty("java.io.tmpdir") + "/" + topic, "replication.factor", -1, "statestore.cache.max.bytes", 0));
    send(lines, List.of(new ProducerRecord<>(lines, 0, null, "to be or not to be"), new ProducerRecord<>(lines, 1, null, "not to count twice")));
    var outcome = new TreeMap<String, Long>();
    try (var app = new KafkaStreams(builder.build(), properties);
        var consumer = new KafkaConsumer<>(config("isolation.level", "read_committed"), new StringDeserializer(), new LongDeserializer())) {
      app.start();
      var parts = List.of(new TopicPartition(counts, 0), new TopicPartition(counts, 1));
      consumer.assign(parts);
      consumer.seekToBeginning(parts);
      until("all counts", () -> {
        for (var record : consumer.poll(Duration.ofMillis(100))) outcome.merge(record.key(), record.value(), Math::max);
        return outcome.equals(Map.of("to", 3L, "be", 2L, "or", 1L, "not", 2L, "count", 1L, "twice", 1L));
      });
    }
    return outcome;
  }

  /** What the tool printed that does not change from run to run, and its exit code. */
  static String tool(String input, String... line) throws Exception {
    var command = new ArrayList<>(List.of("java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(line));
    command.addAll(List.of("--bootstrap-server", bootstrap));
    var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes());
    }
    var out = new String(process.getInputStream().readAllBytes());
    return process.waitFor() + " " + out.lines().filter(each -> !each.isBlank()).count();
  }

  static Object consoleTools(String topic) throws Exception {
    var outcome = new LinkedHashMap<String, Object>();
    var tools = "org.apache.kafka.tools.";
    outcome.put("create", tool("", tools + "TopicCommand", "--create", "--topic", topic, "--partitions", "2"));
    outcome.put("produce", tool("a\nb\nc\n", tools + "ConsoleProducer", "--topic", topic));
    outcome.put("consume", tool("", tools + "consumer.ConsoleConsumer", "--topic", topic, "--from-beginning", "--max-messages", "3", "--timeout-ms", "30000", "--group", topic + "-g"));
    outcome.put("groups", tool("", tools + "consumer.group.ConsumerGroupCommand", "--describe", "--group", topic + "-g"));
    outcome.put("offsets", tool("", tools + "GetOffsetShell", "--topic", topic));
    outcome.put("configs", tool("", "kafka.admin.ConfigCommand", "--alter", "--entity-type", "topics", "--entity-name", topic, "--add-config", "retention.ms=1000000"));
    outcome.put("delete", tool("", tools + "TopicCommand", "--delete", "--topic", topic));
    return outcome;
  }

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    admin = Admin.create(config());
    var wanted = List.of(arguments).subList(2, arguments.length);
    var behaviours = new LinkedHashMap<String, Behave>();
    behaviours.put("acks", Driver::acks);
    behaviours.put("codecs", Driver::codecs);
    behaviours.put("record-parts", Driver::recordParts);
    behaviours.put("too-large", Driver::tooLarge);
    behaviours.put("bad-timestamp", Driver::badTimestamp);
    behaviours.put("compacted-needs-key", Driver::compactedNeedsKey);
    behaviours.put("topic-admin", Driver::topicAdmin);
    behaviours.put("configs", Driver::configs);
    behaviours.put("list-offsets", Driver::listOffsets);
    behaviours.put("delete-records", Driver::deleteRecords);
    behaviours.put("out-of-range", Driver::outOfRange);
    behaviours.put("idempotent", Driver::idempotent);
    behaviours.put("group-classic", topic -> groupStory(topic));
    behaviours.put("group-cooperative", topic -> groupStory(topic, "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));
    behaviours.put("static-members", Driver::staticMembers);
    behaviours.put("group-admin", Driver::groupAdmin);
    behaviours.put("group-848", topic -> groupStory(topic, "group.protocol", "consumer"));
    behaviours.put("group-848-range", topic -> groupStory(topic, "group.protocol", "consumer", "group.remote.assignor", "range"));
    behaviours.put("transactions", Driver::transactions);
    behaviours.put("zombie", Driver::zombie);
    behaviours.put("transactional-offsets", Driver::transactionalOffsets);
    behaviours.put("transaction-timeout", Driver::transactionTimeout);
    behaviours.put("transaction-admin", Driver::transactionAdmin);
    behaviours.put("cluster", Driver::cluster);
    behaviours.put("log-dirs", Driver::logDirs);
    behaviours.put("quorum", Driver::quorum);
    behaviours.put("streams", Driver::streams);
    behaviours.put("console-tools", Driver::consoleTools);
    var json = new ObjectMapper();
    for (var behaviour : behaviours.entrySet()) {
      if (!wanted.isEmpty() && !wanted.contains(behaviour.getKey())) continue;
      Object outcome;
      try {
        outcome = behaviour.getValue().apply(arguments[1] + "-" + behaviour.getKey());
      } catch (LinkageError error) {
        // An older client, which has no such thing.
        error.printStackTrace();
        continue;
      } catch (Exception error) {
        // What the cluster refused is an outcome; anything else is a fault of the driver, or something that never came.
        error.printStackTrace();
        var refused = errorName(error);
        outcome = refused == null ? Map.of("failed", error.toString()) : Map.of("error", refused);
      }
      System.out.println(json.writeValueAsString(new TreeMap<>(Map.of("behaviour", behaviour.getKey(), "outcome", outcome))));
    }
    System.exit(0);
  }
}
