package dev.headrace.store;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An open client and, where this process is the server too, that server. */
public final class MongoConnection implements AutoCloseable {
  /** Mongo's own code for it. */
  static final int OUT_OF_DISK_SPACE = 14_031;

  private static final int READ_LIMIT_SECONDS = 30;
  private static final String DEFAULT_DATABASE = "headrace";

  private final MongoClient client;
  private final String databaseName;
  private final Optional<EmbeddedMongo> server;

  private MongoConnection(String uri, Optional<EmbeddedMongo> server) {
    ConnectionString connection = new ConnectionString(uri);
    this.client =
        MongoClients.create(
            MongoClientSettings.builder()
                .applyConnectionString(connection)
                .applyToClusterSettings(
                    cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS))
                .applyToSocketSettings(
                    socket -> socket.readTimeout(READ_LIMIT_SECONDS, TimeUnit.SECONDS))
                .writeConcern(
                    server.isPresent()
                        ? WriteConcern.ACKNOWLEDGED
                        : WriteConcern.MAJORITY.withJournal(true))
                .build());
    String named = connection.getDatabase();
    this.databaseName = named == null ? DEFAULT_DATABASE : named;
    this.server = server;
  }

  public static MongoConnection embedded(Path folder) throws IOException {
    EmbeddedMongo server = new EmbeddedMongo(folder);
    return new MongoConnection(server.connectionString(), Optional.of(server));
  }

  public static MongoConnection to(String uri) {
    return new MongoConnection(uri, Optional.empty());
  }

  public MongoDatabase database() {
    return client.getDatabase(databaseName);
  }

  @Override
  public void close() {
    client.close();
    server.ifPresent(EmbeddedMongo::close);
  }
}
