package dev.headrace.manifests;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The events of a YAML text, refused where they are not plain: no aliases, no anchors, no tags, not
 * deep. What builds values of them recurses, so depth is looked at before it gets there.
 */
final class PlainEvents implements Parser {
  private static final int DEEPEST = 32;

  private final String file;
  private final Parser events;
  private int depth;

  PlainEvents(String file, LoadSettings settings, String text) {
    this.file = file;
    this.events = new ParserImpl(settings, new StreamReader(settings, text));
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return events.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return events.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public Event next() {
    Event event = events.next();
    switch (event) {
      case AliasEvent alias -> throw notPlain("an alias");
      case NodeEvent node when node.getAnchor().isPresent() -> throw notPlain("an anchor");
      case ScalarEvent scalar when scalar.getTag().isPresent() -> throw notPlain("a tag");
      case CollectionStartEvent start when start.getTag().isPresent() -> throw notPlain("a tag");
      case CollectionStartEvent start -> {
        if (++depth > DEEPEST) {
          throw new InvalidSpec(
              file, "more than " + DEEPEST + " levels", "at most " + DEEPEST + " levels");
        }
      }
      case CollectionEndEvent end -> depth--;
      default -> {}
    }
    return event;
  }

  private InvalidSpec notPlain(String found) {
    return new InvalidSpec(file, found, "plain YAML without aliases, anchors and tags");
  }
}
