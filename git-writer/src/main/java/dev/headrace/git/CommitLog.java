package dev.headrace.git;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraph;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraphLoader;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.RawParseUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads commits and what they hold. Safe for use by several threads; never waits for a writer. */
final class CommitLog {

  private static final Logger log = LoggerFactory.getLogger(CommitLog.class);

  private static final int CACHED_COMMITS = 10_000;

  /** After so many commits the graph is worth its loading. */
  private static final int LONG = 10_000;

  private static final int READ_AT_ONCE = 1_024;
  private static final int TREE_LINE = "tree \n".length() + Constants.OBJECT_ID_STRING_LENGTH;
  private static final byte[] PARENT = Constants.encodeASCII("parent ");

  private final Repository repository;
  private final SigningKey key;
  private final Map<CommitId, PlatformCommit> verified =
      Collections.synchronizedMap(new LruMap<>(CACHED_COMMITS));

  /** Whoever signed them. */
  private final Map<CommitId, PlatformCommit> named =
      Collections.synchronizedMap(new LruMap<>(CACHED_COMMITS));

  CommitLog(Repository repository, SigningKey key) {
    this.repository = repository;
    this.key = key;
  }

  /** Empty if there is no such commit, Headrace did not sign it, or it is the first. */
  Optional<PlatformCommit> read(CommitId id) {
    PlatformCommit known = verified.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<PlatformCommit> read = load(id);
    read.ifPresent(commit -> verified.put(id, commit));
    return read;
  }

  /**
   * The same without looking at the signature, to show what a signed commit names: that one's
   * signature vouches for each byte of it. Empty if the bytes are not those of the id.
   */
  Optional<PlatformCommit> named(CommitId id) {
    Optional<PlatformCommit> known =
        Optional.ofNullable(verified.get(id)).or(() -> Optional.ofNullable(named.get(id)));
    if (known.isPresent()) {
      return known;
    }
    Optional<PlatformCommit> read =
        raw(id)
            .filter(raw -> GitObject.idOf(Constants.OBJ_COMMIT, raw).equals(id.objectId()))
            .flatMap(raw -> said(id, SignedCommit.content(raw)));
    read.ifPresent(commit -> named.put(id, commit));
    return read;
  }

  private Optional<PlatformCommit> load(CommitId id) {
    return signed(id).flatMap(content -> said(id, content));
  }

  private static Optional<PlatformCommit> said(CommitId id, SignedCommit.Content content) {
    return CommitMessage.read(id, content.message(), content.at());
  }

  /** Empty if there is no such commit or Headrace did not sign it. */
  Optional<SignedCommit.Content> signed(CommitId id) {
    return raw(id).flatMap(raw -> SignedCommit.verify(raw, key));
  }

  private Optional<byte[]> raw(CommitId id) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return Optional.of(reader.open(id.objectId(), Constants.OBJ_COMMIT).getBytes());
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(id, e);
    }
  }

  /**
   * The newest commit that Headrace signed of those that lead to another by first parents.
   *
   * @param most how many are looked at
   */
  Optional<CommitId> newestSigned(CommitId from, int most) {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit commit = walk.parseCommit(from.objectId());
      for (int looked = 0; looked < most; looked++) {
        CommitId id = CommitId.of(commit);
        if (signed(id).isPresent()) {
          return Optional.of(id);
        }
        if (commit.getParentCount() == 0) {
          return Optional.empty();
        }
        commit = walk.parseCommit(commit.getParent(0));
      }
      return Optional.empty();
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(from, e);
    }
  }

  /** The commits after one and up to another, oldest first; many are read at once. */
  Stream<PlatformCommit> between(Optional<CommitId> afterExclusive, CommitId upTo) {
    byte[] chain = chain(afterExclusive, upTo);
    int commits = chain.length / Constants.OBJECT_ID_LENGTH;
    Function<CommitId, Optional<PlatformCommit>> read =
        commits < CACHED_COMMITS ? this::read : this::load;
    return IntStream.iterate(commits - 1, index -> index >= 0, index -> index - 1)
        .mapToObj(index -> ObjectId.fromRaw(chain, index * Constants.OBJECT_ID_LENGTH))
        .gather(Gatherers.windowFixed(READ_AT_ONCE))
        .flatMap(some -> some.parallelStream().map(CommitId::of).map(read).toList().stream())
        .flatMap(Optional::stream);
  }

  /** Newest first. */
  private byte[] chain(Optional<CommitId> afterExclusive, CommitId upTo) {
    ByteArrayOutputStream chain = new ByteArrayOutputStream();
    Optional<ObjectId> end = afterExclusive.map(CommitId::objectId);
    try (ObjectReader reader = repository.newObjectReader()) {
      CommitGraph graph = CommitGraph.EMPTY;
      Optional<ObjectId> next = Optional.of(upTo.objectId());
      while (!next.equals(end)) {
        ObjectId id = next.orElseThrow(() -> notBefore(afterExclusive, upTo));
        next = firstParent(reader, graph, id);
        id.copyRawTo(chain);
        if (chain.size() == LONG * Constants.OBJECT_ID_LENGTH) {
          graph = graph();
        }
      }
      return chain.toByteArray();
    } catch (MissingObjectException e) {
      if (e.getObjectId().equals(upTo.objectId())) {
        throw new CommitNotFound(upTo, "the platform repository");
      }
      throw unreadable(upTo, e);
    } catch (IOException e) {
      throw unreadable(upTo, e);
    }
  }

  /** As big as all of history: only for a long way, and not kept. */
  private CommitGraph graph() {
    File file = new File(repository.getDirectory(), "objects/info/commit-graph");
    try {
      return CommitGraphLoader.open(file);
    } catch (IOException e) {
      log.debug("Without a commit-graph, from {}", file, e);
      return CommitGraph.EMPTY;
    }
  }

  private static Optional<ObjectId> firstParent(
      ObjectReader reader, CommitGraph graph, ObjectId commit) throws IOException {
    int position = graph.findGraphPosition(commit);
    if (position < 0) {
      return firstParent(reader.open(commit, Constants.OBJ_COMMIT).getCachedBytes());
    }
    int[] parents = graph.getCommitData(position).getParents();
    return parents.length == 0 ? Optional.empty() : Optional.of(graph.getObjectId(parents[0]));
  }

  private static Optional<ObjectId> firstParent(byte[] commit) {
    return RawParseUtils.match(commit, TREE_LINE, PARENT) < 0
        ? Optional.empty()
        : Optional.of(ObjectId.fromString(commit, TREE_LINE + PARENT.length));
  }

  private static CommitNotFound notBefore(Optional<CommitId> after, CommitId upTo) {
    return new CommitNotFound(after.orElseThrow(), "the history of " + upTo);
  }

  SortedMap<String, byte[]> files(DirectoryId directory, CommitId id) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (ObjectReader reader = repository.newObjectReader();
        TreeWalk walk = new TreeWalk(reader)) {
      Optional<ObjectId> tree = at(reader, directory.path(), id);
      if (tree.isPresent()) {
        walk.addTree(tree.get());
        walk.setRecursive(true);
        while (walk.next()) {
          files.put(
              walk.getPathString(),
              reader.open(walk.getObjectId(0), Constants.OBJ_BLOB).getBytes());
        }
      }
      return files;
    } catch (IOException e) {
      throw unreadable(id, e);
    }
  }

  Optional<byte[]> file(String path, CommitId id) {
    try (ObjectReader reader = repository.newObjectReader()) {
      Optional<ObjectId> blob = at(reader, path, id);
      return blob.isPresent()
          ? Optional.of(reader.open(blob.get(), Constants.OBJ_BLOB).getBytes())
          : Optional.empty();
    } catch (IOException e) {
      throw unreadable(id, e);
    }
  }

  /** The names of the directories that a commit has in these folders. */
  List<String> names(SpreadFolders folders, CommitId id) {
    List<String> names = new ArrayList<>();
    try (ObjectReader reader = repository.newObjectReader();
        TreeWalk walk = new TreeWalk(reader)) {
      Optional<ObjectId> root = at(reader, folders.root(), id);
      if (root.isPresent()) {
        walk.addTree(root.get());
        while (walk.next()) {
          if (walk.getDepth() < folders.levels()) {
            walk.enterSubtree();
          } else {
            names.add(walk.getNameString());
          }
        }
      }
      return names;
    } catch (IOException e) {
      throw unreadable(id, e);
    }
  }

  Optional<TreeId> tree(DirectoryId directory, CommitId id) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return at(reader, directory.path(), id).map(TreeId::of);
    } catch (IOException e) {
      throw unreadable(id, e);
    }
  }

  ObjectId root(CommitId id) throws IOException {
    try (ObjectReader reader = repository.newObjectReader()) {
      return root(reader, id);
    }
  }

  private static Optional<ObjectId> at(ObjectReader reader, String path, CommitId id)
      throws IOException {
    try (TreeWalk walk = TreeWalk.forPath(reader, path, root(reader, id))) {
      return Optional.ofNullable(walk).map(found -> found.getObjectId(0));
    }
  }

  private static ObjectId root(ObjectReader reader, CommitId id) throws IOException {
    try (RevWalk walk = new RevWalk(reader)) {
      return walk.parseCommit(id.objectId()).getTree().getId();
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      throw new CommitNotFound(id, "the platform repository");
    }
  }

  private static UncheckedIOException unreadable(CommitId id, IOException cause) {
    return new UncheckedIOException(
        "Cannot read commit " + id + " from the platform repository.", cause);
  }
}
