package dev.headrace.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a real MongoDB, where one is named. */
class MongoStoreTest extends StoreContract {
  private static final String VARIABLE = "HEADRACE_TEST_MONGO_URI";

  private static @Nullable MongoConnection connection;

  @BeforeAll
  static void open() {
    String uri = System.getenv(VARIABLE);
    assumeTrue(uri != null, VARIABLE + " names no MongoDB to test with");
    connection = MongoConnection.to(uri);
  }

  @AfterAll
  static void close() {
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  MongoDatabase database() {
    return java.util.Objects.requireNonNull(connection).database();
  }
}
