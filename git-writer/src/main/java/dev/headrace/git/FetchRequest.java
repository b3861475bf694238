package dev.headrace.git;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineIn;

/**
 * What a client asks for, in either dialect of git's protocol.
 *
 * @param asksForRefs it asks where branches are, and for no objects
 * @param has how many commits the client says that it has, or has the first parts of
 * @param shallow it wants commits without what is below them
 * @param ends it waits for objects now, and has nothing more to say
 */
record FetchRequest(
    boolean asksForRefs, List<ObjectId> wants, int has, boolean shallow, boolean ends) {

  private static final String WANT = "want ";
  private static final String ONLY_TIPS = "deepen 1";

  /**
   * @throws PackProtocolException if it is neither a fetch nor asks for refs
   */
  static FetchRequest read(byte[] request, boolean version2) throws IOException {
    PacketLineIn lines = new PacketLineIn(new ByteArrayInputStream(request));
    try {
      if (version2 && isAboutRefs(lines.readString())) {
        return new FetchRequest(true, List.of(), 0, false, false);
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
    int has = 0;
    boolean onlyTips = false;
    boolean ends = false;
    try {
      while (true) {
        String line = lines.readString();
        if (PacketLineIn.isEnd(line) || PacketLineIn.isDelimiter(line)) {
          continue;
        }
        if (line.startsWith(WANT)) {
          int end = Math.min(line.length(), WANT.length() + 40);
          wants.add(ObjectId.fromString(line.substring(WANT.length(), end)));
        } else if (line.startsWith("have ") || line.startsWith("shallow ")) {
          has++;
        } else if (line.equals(ONLY_TIPS)) {
          onlyTips = true;
        } else if (line.equals("done")) {
          ends = true;
        }
      }
    } catch (EOFException e) {
      return new FetchRequest(false, List.copyOf(wants), has, onlyTips, ends);
    }
  }

  /** Whether the answer is all files of one commit, the same for everybody who asks so. */
  boolean isShallowClone(ObjectId of) {
    return ends && shallow && has == 0 && !wants.isEmpty() && wants.stream().allMatch(of::equals);
  }
}
