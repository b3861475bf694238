package dev.headrace.store;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Mongo wire server on loopback with one file as its store.
 *
 * <p>Apps share the loopback network with it and it knows no users, so a connection must name a
 * secret of this process in its handshake before it may say anything else. A write is in the file
 * before it is acknowledged, so that a killed process loses none.
 */
final class EmbeddedMongo implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedMongo.class);

  /** Mongo's own code for it. */
  private static final int INTERNAL_ERROR = 1;

  private static final Set<String> HANDSHAKES = Set.of("ismaster", "hello");
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findandmodify", "createindexes", "drop");

  private static final Set<String> PRECIOUS = Set.of("users", "settings");

  private final String secret = HexFormat.of().formatHex(randomBytes());
  private final MongoServer server;

  EmbeddedMongo(Path folder) throws IOException {
    Files.createDirectories(folder);
    StoreFile file = openFile(folder);
    MVStore store = new MVStore.Builder().adoptFileStore(file).autoCommitDisabled().open();
    store.setVersionsToKeep(0);
    server = new MongoServer(new GuardedBackend(store, file, secret));
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1, 4);
  }

  private static StoreFile openFile(Path folder) {
    try {
      return new StoreFile(folder);
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new StoreInUse(folder, e);
      }
      throw e;
    }
  }

  /** Carries the secret as the application's name, which the driver sends in each handshake. */
  String connectionString() {
    InetSocketAddress address = server.getLocalAddress();
    return "mongodb://127.0.0.1:%d/?appName=%s&retryWrites=false&retryReads=false"
        .formatted(address.getPort(), secret);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static byte[] randomBytes() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static final class GuardedBackend extends H2Backend {
    private final StoreFile file;
    private final byte[] secret;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock committing = new ReentrantLock();
    private long written;
    private long committed;
    private final Set<Channel> admitted = ConcurrentHashMap.newKeySet();

    GuardedBackend(MVStore store, StoreFile file, String secret) {
      super(store);
      this.file = file;
      this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Document handleCommand(
        Channel channel, String database, String command, Document query) {
      admit(channel, command, query);
      return answered(
          command,
          () ->
              stored(command, query, () -> super.handleCommand(channel, database, command, query)));
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document document = message.getDocument();
      String command = document.keySet().iterator().next();
      admit(message.getChannel(), command, document);
      return super.handleMessage(message);
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
      admit(query.getChannel(), "query", query.getQuery());
      return super.handleQuery(query);
    }

    @Override
    public void handleClose(Channel channel) {
      admitted.remove(channel);
      super.handleClose(channel);
    }

    /** The wire server answers nothing to a fault it does not know, and the client would wait. */
    private static Document answered(String command, Supplier<Document> work) {
      try {
        return work.get();
      } catch (MongoServerException e) {
        throw e;
      } catch (RuntimeException | AssertionError e) {
        log.error("the embedded store failed at {}", command, e);
        throw new MongoServerError(
            INTERNAL_ERROR, "InternalError", "the embedded store failed: " + e);
      }
    }

    /**
     * One command at a time: the file never has half of a write, and the reply is a copy, because
     * it is encoded while others change what it was made of. What no git history could bring back
     * also outlives a power cut.
     */
    private Document stored(String command, Document query, Supplier<Document> work) {
      boolean writes = WRITES.contains(command.toLowerCase(Locale.ROOT));
      Document reply;
      long mine;
      writing.lock();
      try {
        if (writes && !file.hasReserve()) {
          throw new MongoServerError(
              MongoConnection.OUT_OF_DISK_SPACE,
              "OutOfDiskSpace",
              "the disk is full; the embedded store takes no writes until there is room");
        }
        reply = work.get().cloneDeeply();
        mine = writes ? ++written : committed;
      } finally {
        writing.unlock();
      }
      if (!writes) {
        return reply;
      }
      boolean precious =
          query.get(command) instanceof String collection && PRECIOUS.contains(collection);
      commitUpTo(mine, precious);
      return reply;
    }

    /** Those who wait for the commit under way share the next one. */
    private void commitUpTo(long mine, boolean throughPowerCut) {
      committing.lock();
      try {
        if (committed < mine) {
          writing.lock();
          try {
            commit();
            committed = written;
          } finally {
            writing.unlock();
          }
        }
        if (throughPowerCut) {
          writing.lock();
          try {
            getMvStore().sync();
          } finally {
            writing.unlock();
          }
        }
      } finally {
        committing.unlock();
      }
    }

    private void admit(Channel channel, String command, Document query) {
      if (admitted.contains(channel)) {
        return;
      }
      if (HANDSHAKES.contains(command.toLowerCase(Locale.ROOT))
          && MessageDigest.isEqual(secret, applicationName(query))) {
        admitted.add(channel);
        return;
      }
      throw new MongoServerError(13, "Unauthorized", "this server belongs to another process");
    }

    private static byte[] applicationName(Document handshake) {
      return child(handshake, "client") instanceof Document client
              && child(client, "application") instanceof Document application
              && child(application, "name") instanceof String name
          ? name.getBytes(StandardCharsets.UTF_8)
          : new byte[0];
    }

    private static @Nullable Object child(Document document, String key) {
      return document.get(key);
    }
  }
}
