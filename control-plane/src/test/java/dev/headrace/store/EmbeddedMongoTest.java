package dev.headrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who does not know the secret of the process gets nothing out of its store and nothing into it.
 */
class EmbeddedMongoTest {
  private static final int OP_UPDATE = 2001;
  private static final int OP_INSERT = 2002;
  private static final int OP_QUERY = 2004;
  private static final int OP_GET_MORE = 2005;
  private static final int OP_DELETE = 2006;
  private static final int OP_KILL_CURSORS = 2007;
  private static final int OP_MSG = 2013;
  private static final int OP_REPLY = 1;
  private static final int HEADER = 16;
  private static final int UNAUTHORIZED = 13;

  /** Commands that the server answers before it asks who asks, and how it says that it lives. */
  private static final Set<String> OF_THE_SERVER = Set.of("ping", "serverStatus");

  @TempDir private static Path folder;
  private static EmbeddedMongo server;
  private static MongoClient owner;
  private static int port;
  private MongoCollection<Document> users;

  @BeforeAll
  static void open() throws IOException {
    server = new EmbeddedMongo(folder);
    owner = MongoClients.create(server.connectionString());
    String host = new ConnectionString(server.connectionString()).getHosts().getFirst();
    port = Integer.parseInt(host.substring(host.indexOf(':') + 1));
  }

  @AfterAll
  static void close() {
    owner.close();
    server.close();
  }

  @BeforeEach
  void oneUser() {
    users = owner.getDatabase("headrace").getCollection("users");
    users.deleteMany(new Document());
    users.insertOne(new Document("_id", "ada").append("password_hash", "secret-hash"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{find: 'users'}",
        "{count: 'users'}",
        "{distinct: 'users', key: 'password_hash'}",
        "{aggregate: 'users', pipeline: [], cursor: {}}",
        "{getMore: {$numberLong: '1'}, collection: 'users'}",
        "{insert: 'users', documents: [{_id: 'eve'}]}",
        "{update: 'users', updates: [{q: {}, u: {$set: {is_admin: true}}}]}",
        "{delete: 'users', deletes: [{q: {}, limit: 0}]}",
        "{findAndModify: 'users', query: {}, remove: true}",
        "{createIndexes: 'users', indexes: []}",
        "{listIndexes: 'users'}",
        "{dropIndexes: 'users', index: '*'}",
        "{create: 'mine'}",
        "{drop: 'users'}",
        "{dropDatabase: 1}",
        "{renameCollection: 'headrace.users', to: 'headrace.mine'}",
        "{listCollections: 1}",
        "{listDatabases: 1, $db: 'admin'}",
        "{serverStatus: 1}",
        "{dbStats: 1}",
        "{collStats: 'users'}",
        "{validate: 'users'}",
        "{ping: 1}",
        "{buildInfo: 1}",
        "{hello: 1}",
        "{isMaster: 1}",
        "{hello: 1, client: {application: {name: ''}}}",
        "{hello: 1, client: {application: {name: 5}}}",
        "{hello: 1, client: 'x'}",
        "{HELLO: 1, find: 'users'}",
        "{nonsense: 1}",
      })
  void everyCommandIsRefused(String command) throws IOException {
    BsonDocument message = BsonDocument.parse(command);
    message.computeIfAbsent("$db", key -> new org.bson.BsonString("headrace"));

    Document asMessage = answer(OP_MSG, new byte[5], bytes(message)).orElseThrow();
    Optional<Document> asQuery = answer(OP_QUERY, query("headrace.$cmd"), bytes(message));

    assertThat(asMessage.getInteger("code")).as(asMessage.toJson()).isEqualTo(UNAUTHORIZED);
    if (OF_THE_SERVER.contains(message.getFirstKey())) {
      assertThat(asQuery.orElseThrow().toJson()).doesNotContain("users").doesNotContain("headrace");
    } else {
      assertThat(asQuery).as("the old kind is not answered at all").isEmpty();
    }
    assertThat(users.find())
        .containsExactly(new Document("_id", "ada").append("password_hash", "secret-hash"));
  }

  @Test
  void aQueryOfTheOldKindReadsNothing() throws IOException {
    for (String of :
        List.of("headrace.users", "headrace.system.namespaces", "admin.$cmd.sys.inprog")) {
      String heard = answer(OP_QUERY, query(of), bytes(new BsonDocument())).toString();
      assertThat(heard).as(of).doesNotContain("secret-hash").doesNotContain("users");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {OP_UPDATE, OP_INSERT, OP_DELETE, OP_GET_MORE, OP_KILL_CURSORS, 2012, 9999})
  void messagesOfTheOldKindsDoNothing(int kind) throws IOException {
    byte[] head = join(new byte[4], "headrace.users\0".getBytes(StandardCharsets.UTF_8));

    assertThat(answer(kind, head, bytes(BsonDocument.parse("{_id: 'eve'}"))).toString())
        .doesNotContain("secret-hash");
    assertThat(users.find())
        .containsExactly(new Document("_id", "ada").append("password_hash", "secret-hash"));
  }

  @Test
  void aRefusedConnectionStaysRefused() throws IOException {
    BsonDocument guess =
        BsonDocument.parse("{hello: 1, $db: 'admin', client: {application: {name: 'guess'}}}");
    BsonDocument find = BsonDocument.parse("{find: 'users', $db: 'headrace'}");
    try (Socket socket = connect()) {
      for (BsonDocument said : List.of(guess, find, guess, find)) {
        send(socket.getOutputStream(), OP_MSG, new byte[5], bytes(said));
        assertThat(receive(socket).orElseThrow().getInteger("code")).isEqualTo(UNAUTHORIZED);
      }
    }
  }

  private static Optional<Document> answer(int kind, byte[] head, byte[] document)
      throws IOException {
    try (Socket socket = connect()) {
      send(socket.getOutputStream(), kind, head, document);
      socket.shutdownOutput();
      return receive(socket);
    }
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(OutputStream out, int kind, byte[] head, byte[] document)
      throws IOException {
    byte[] body = join(head, document);
    ByteBuffer message = ByteBuffer.allocate(HEADER + body.length).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(HEADER + body.length).putInt(1).putInt(0).putInt(kind).put(body);
    out.write(message.array());
    out.flush();
  }

  /** The document of the answer; empty when the server only closed the connection. */
  private static Optional<Document> receive(Socket socket) throws IOException {
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] length = in.readNBytes(4);
      if (length.length < 4) {
        return Optional.empty();
      }
      byte[] rest =
          in.readNBytes(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt() - 4);
      int kind = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
      int begin = kind == OP_REPLY ? 12 + 20 : 12 + 5;
      return Optional.of(
          new RawBsonDocument(rest, begin, rest.length - begin).decode(new DocumentCodec()));
    } catch (EOFException | SocketException closed) {
      return Optional.empty();
    }
  }

  private static byte[] query(String collection) {
    return join(
        new byte[4],
        (collection + "\0").getBytes(StandardCharsets.UTF_8),
        new byte[4],
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(1).array());
  }

  private static byte[] bytes(BsonDocument document) {
    RawBsonDocument raw = new RawBsonDocument(document, new org.bson.codecs.BsonDocumentCodec());
    byte[] bytes = new byte[raw.getByteBuffer().remaining()];
    raw.getByteBuffer().get(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }
}
