import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How many transactions a second one producer gets through, one after the other: `Transactions BOOTSTRAP SECONDS BYTES`.
 *
 * Each has 100 records of so many bytes, over three partitions with three replicas, two of which must be in sync. The first third of the
 * time warms up and is not counted. Prints one line of JSON; the time of a commit is that of commitTransaction, which sends what is left.
 */
public final class Transactions {
  static final int RECORDS = 100;
  static final int PARTITIONS = 3;

  public static void main(String[] arguments) throws Exception {
    var bootstrap = arguments[0];
    double seconds = Double.parseDouble(arguments[1]);
    var value = new byte[Integer.parseInt(arguments[2])];
    // Noise: nothing that compresses.
    new Random(1).nextBytes(value);
    var topic = "transactions-" + System.currentTimeMillis();
    create(bootstrap, topic);
    var settings = Map.<String, Object>of("bootstrap.servers", bootstrap, "transactional.id", topic, "linger.ms", 0);
    var commits = new ArrayList<Double>();
    double counted;
    try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      for (double begun = now(); now() - begun < seconds / 3; ) one(producer, topic, value);
      double begun = now();
      while (now() - begun < seconds * 2 / 3) commits.add(one(producer, topic, value));
      counted = now() - begun;
    }
    Collections.sort(commits);
    System.out.printf(Locale.ROOT, "{\"transactionsPerSecond\":%.1f,\"commitP50Ms\":%.2f,\"commitP99Ms\":%.2f,\"counted\":%d}%n",
        commits.size() / counted, 1000 * commits.get(commits.size() / 2), 1000 * commits.get(commits.size() * 99 / 100), commits.size());
  }

  static void create(String bootstrap, String topic) throws Exception {
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      var made = new NewTopic(topic, PARTITIONS, (short) 3).configs(Map.of("min.insync.replicas", "2"));
      admin.createTopics(List.of(made)).all().get();
    }
  }

  /** Seconds of the commit. */
  static double one(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value) {
    producer.beginTransaction();
    for (int record = 0; record < RECORDS; record += 1) producer.send(new ProducerRecord<>(topic, record % PARTITIONS, null, value));
    double begun = now();
    producer.commitTransaction();
    return now() - begun;
  }

  static double now() {
    return System.nanoTime() / 1e9;
  }
}
