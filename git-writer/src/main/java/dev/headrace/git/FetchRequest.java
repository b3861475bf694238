package dev.headrace.git;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineIn;

/**
 * What a client asks for, in either dialect of git's protocol.
 *
 * @param asksForRefs it asks where branches are, and for no objects
 * @param has the commits that the client says it has, or has the first parts of
 * @param depth how far below what it wants it is to get history
 * @param ends it waits for objects now, and has nothing more to say
 */
record FetchRequest(
    boolean asksForRefs, List<ObjectId> wants, List<ObjectId> has, Depth depth, boolean ends) {

  enum Depth {
    ALL,
    SOME,
    ONLY_TIPS
  }

  private static final String WANT = "want ";
  private static final String HAVE = "have ";
  private static final String HAVE_A_PART = "shallow ";
  private static final String DEPTH = "deepen";
  private static final String ONLY_TIPS = "deepen 1";

  /**
   * @throws PackProtocolException if it is neither a fetch nor asks for refs
   */
  static FetchRequest read(byte[] request, boolean version2) throws IOException {
    PacketLineIn lines = new PacketLineIn(new ByteArrayInputStream(request));
    try {
      if (version2 && isAboutRefs(lines.readString())) {
        return new FetchRequest(true, List.of(), List.of(), Depth.ALL, false);
      }
      return readFetch(lines);
    } catch (InvalidObjectIdException e) {
      throw new PackProtocolException("a line names no object", e);
    }
  }

  private static boolean isAboutRefs(String command) throws PackProtocolException {
    return switch (command) {
      case "command=ls-refs" -> true;
      case "command=fetch" -> false;
      default -> throw new PackProtocolException("only ls-refs and fetch are served");
    };
  }

  private static FetchRequest readFetch(PacketLineIn lines) throws IOException {
    List<ObjectId> wants = new ArrayList<>();
    List<ObjectId> has = new ArrayList<>();
    Depth depth = Depth.ALL;
    boolean ends = false;
    try {
      while (true) {
        String line = lines.readString();
        if (PacketLineIn.isEnd(line) || PacketLineIn.isDelimiter(line)) {
          continue;
        }
        if (line.startsWith(WANT)) {
          wants.add(id(line, WANT));
        } else if (line.startsWith(HAVE)) {
          has.add(id(line, HAVE));
        } else if (line.startsWith(HAVE_A_PART)) {
          has.add(id(line, HAVE_A_PART));
        } else if (line.startsWith(DEPTH)) {
          depth = line.equals(ONLY_TIPS) ? Depth.ONLY_TIPS : Depth.SOME;
        } else if (line.equals("done")) {
          ends = true;
        }
      }
    } catch (EOFException e) {
      return new FetchRequest(false, List.copyOf(wants), List.copyOf(has), depth, ends);
    }
  }

  private static ObjectId id(String line, String before) {
    int end = Math.min(line.length(), before.length() + Constants.OBJECT_ID_STRING_LENGTH);
    return ObjectId.fromString(line.substring(before.length(), end));
  }

  /** Whether the answer is all files of one commit, the same for everybody who asks so. */
  boolean isShallowClone(ObjectId of) {
    return ends
        && depth == Depth.ONLY_TIPS
        && has.isEmpty()
        && !wants.isEmpty()
        && wants.stream().allMatch(of::equals);
  }
}
