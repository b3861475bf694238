package dev.headrace.git;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineIn;
import org.eclipse.jgit.transport.PacketLineOut;

/**
 * What a client asks for, in either dialect of git's protocol; read as far as git reads it.
 *
 * @param asksForRefs it asks where branches are, and for no objects
 * @param has the commits that the client says it has, or has the first parts of
 * @param depth how many commits it is to get at most; {@link #ALL} if it does not say how many
 * @param ends it waits for objects now, and has nothing more to say
 * @param options in which form it takes the answer
 */
record FetchRequest(
    boolean version2,
    boolean asksForRefs,
    List<ObjectId> wants,
    List<ObjectId> has,
    int depth,
    boolean ends,
    Set<String> options) {

  static final int ALL = Integer.MAX_VALUE;

  private static final String WANT = "want ";
  private static final String HAVE = "have ";
  private static final String HAVE_A_PART = "shallow ";
  private static final String DEEPEN = "deepen ";

  /** Among the options: it says otherwise than by a number how far history is to reach. */
  static final String DEEPEN_OTHERWISE = "deepen-";

  private static final String DONE = "done";

  /** Those that say how objects are sent to who has none. */
  private static final Set<String> FORMS =
      Set.of("ofs-delta", "no-progress", "side-band", "side-band-64k");

  /** Those that do not change what is sent to who has nothing and wants the tip. */
  private static final Set<String> OF_NO_MATTER =
      Set.of(
          "thin-pack",
          "include-tag",
          "multi_ack",
          "multi_ack_detailed",
          "no-done",
          "shallow",
          // in the first dialect these say what a client could ask for, and has not
          "deepen-since",
          "deepen-not",
          "deepen-relative");

  /**
   * @throws PackProtocolException if it is neither a fetch nor asks for refs
   */
  static FetchRequest read(byte[] request, boolean version2) throws IOException {
    PacketLineIn lines = new PacketLineIn(new ByteArrayInputStream(request));
    try {
      if (version2 && isAboutRefs(lines.readString())) {
        return new FetchRequest(true, true, List.of(), List.of(), ALL, false, Set.of());
      }
      return new Reading(version2).of(lines);
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

  private static final class Reading {
    private final boolean version2;
    private final List<ObjectId> wants = new ArrayList<>();
    private final List<ObjectId> has = new ArrayList<>();
    private final Set<String> options = new LinkedHashSet<>();
    private int depth = ALL;
    private boolean ends;

    /** In the second dialect what stands before the delimiter is about the client. */
    private boolean begun;

    Reading(boolean version2) {
      this.version2 = version2;
      this.begun = !version2;
    }

    FetchRequest of(PacketLineIn lines) throws IOException {
      try {
        for (String line = lines.readString(); !isLast(line); line = lines.readString()) {
          take(line);
        }
      } catch (EOFException e) {
        // a round of the first dialect that has no end
      }
      return new FetchRequest(
          version2, false, List.copyOf(wants), List.copyOf(has), depth, ends, Set.copyOf(options));
    }

    private boolean isLast(String line) {
      if (version2) {
        return PacketLineIn.isEnd(line);
      }
      ends = line.equals(DONE);
      return ends;
    }

    private void take(String line) throws PackProtocolException {
      if (PacketLineIn.isDelimiter(line)) {
        begun = true;
      } else if (line.indexOf('\0') >= 0) {
        throw new PackProtocolException("a line has a zero byte");
      } else if (begun && !PacketLineIn.isEnd(line)) {
        takeArgument(line);
      }
    }

    private void takeArgument(String line) throws PackProtocolException {
      if (line.startsWith(WANT)) {
        wants.add(id(line, WANT));
        options.addAll(capabilities(line));
      } else if (line.startsWith(HAVE)) {
        has.add(id(line, HAVE));
      } else if (line.startsWith(HAVE_A_PART)) {
        has.add(id(line, HAVE_A_PART));
      } else if (line.startsWith(DEEPEN)) {
        depth = depth == ALL ? number(line.substring(DEEPEN.length())) : ALL;
      } else if (line.startsWith(DEEPEN_OTHERWISE)) {
        options.add(DEEPEN_OTHERWISE);
        depth = ALL;
      } else if (line.equals(DONE)) {
        ends = true;
      } else {
        options.add(line);
      }
    }

    private static ObjectId id(String line, String before) {
      int end = Math.min(line.length(), before.length() + Constants.OBJECT_ID_STRING_LENGTH);
      return ObjectId.fromString(line.substring(before.length(), end));
    }

    private static int number(String text) throws PackProtocolException {
      try {
        return Math.min(Integer.parseInt(text), ALL - 1);
      } catch (NumberFormatException e) {
        throw new PackProtocolException("a depth is no number", e);
      }
    }

    /** Of the first line in the first dialect. */
    private static List<String> capabilities(String line) {
      int end = Math.min(line.length(), WANT.length() + Constants.OBJECT_ID_STRING_LENGTH);
      return Arrays.stream(line.substring(end).split(" ", -1))
          .filter(option -> !option.isEmpty() && !isAboutClient(option))
          .toList();
    }

    private static boolean isAboutClient(String option) {
      return option.startsWith("agent=") || option.startsWith("session-id=");
    }
  }

  /**
   * Whether it is by somebody who has nothing, and is to get one commit and what belongs to it:
   * with all of history, or with none. Then {@link #canonical} asks for the same.
   */
  boolean isClone() {
    return ends
        && (depth == ALL || depth == 1)
        && has.isEmpty()
        && !wants.isEmpty()
        && wants.stream().allMatch(wants.getFirst()::equals)
        && options.stream().allMatch(it -> FORMS.contains(it) || OF_NO_MATTER.contains(it));
  }

  /** A request for the same clone with nothing else in it: none of the client's bytes. */
  byte[] canonical() throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    PacketLineOut lines = new PacketLineOut(request);
    List<String> forms = options.stream().filter(FORMS::contains).sorted().toList();
    String want = WANT + wants.getFirst().name();
    if (version2) {
      lines.writeString("command=fetch");
      lines.writeDelim();
      for (String form : forms) {
        lines.writeString(form);
      }
      lines.writeString(want);
    } else {
      lines.writeString(want + " " + String.join(" ", forms) + "\n");
    }
    if (depth == 1) {
      lines.writeString(DEEPEN + depth);
    }
    if (version2) {
      lines.writeString(DONE);
      lines.end();
    } else {
      lines.end();
      lines.writeString(DONE + "\n");
    }
    return request.toByteArray();
  }
}
