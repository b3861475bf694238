package dev.headrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.mongodb.client.MongoDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store inside this process: the contract, and that a write which was answered is kept. */
class EmbeddedStoreTest extends StoreContract {
  private static final int WRITES = 200;

  @TempDir private static Path folder;
  private static MongoConnection connection;

  @BeforeAll
  static void open() throws IOException {
    connection = MongoConnection.embedded(folder);
  }

  @AfterAll
  static void close() {
    connection.close();
  }

  @Override
  MongoDatabase database() {
    return connection.database();
  }

  @Test
  void dataIsThereAfterItIsOpenedAgain(@TempDir Path elsewhere) throws IOException {
    try (MongoConnection first = MongoConnection.embedded(elsewhere)) {
      first.database().getCollection("kept").insertOne(new Document("_id", "x"));
    }
    try (MongoConnection second = MongoConnection.embedded(elsewhere)) {
      assertThat(second.database().getCollection("kept").find()).hasSize(1);
    }
  }

  @Test
  void onlyOneProcessOpensAFolder() {
    assertThatExceptionOfType(StoreInUse.class)
        .isThrownBy(() -> MongoConnection.embedded(folder))
        .withMessageContaining(folder.toString());
  }

  @Test
  void aProcessThatIsKilledLosesNoWriteThatWasAnswered(@TempDir Path elsewhere) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Numbers.class.getName(),
                elsewhere.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> answered = new ArrayList<>();
    try (BufferedReader lines = writer.inputReader(UTF_8)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(Numbers.STORED)) {
          answered.add(line.substring(Numbers.STORED.length()));
        }
        if (answered.size() == WRITES) {
          writer.toHandle().destroyForcibly();
        }
      }
    }
    writer.waitFor();

    assertThat(answered).hasSizeGreaterThanOrEqualTo(WRITES);
    try (MongoConnection after = MongoConnection.embedded(elsewhere)) {
      List<String> stored =
          after
              .database()
              .getCollection("numbers")
              .find()
              .map(number -> number.getString("_id"))
              .into(new ArrayList<>());
      answered.removeAll(stored);
      assertThat(answered).as("answered, but not among the %d stored", stored.size()).isEmpty();
    }
  }

  /** Writes numbers for ever, and says each once it was answered. */
  static final class Numbers {
    static final String STORED = "stored ";

    private Numbers() {}

    public static void main(String[] arguments) throws IOException {
      try (MongoConnection connection = MongoConnection.embedded(Path.of(arguments[0]))) {
        for (int number = 0; !Thread.interrupted(); number++) {
          connection
              .database()
              .getCollection("numbers")
              .insertOne(new Document("_id", String.valueOf(number)));
          System.out.println(STORED + number);
        }
      }
    }
  }
}
