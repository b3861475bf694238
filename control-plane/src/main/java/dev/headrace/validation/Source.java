package dev.headrace.validation;

import java.util.Map;

/** What an author wrote: one file of code, or files with the one that is started. */
public sealed interface Source {
  record Single(String code) implements Source {}

  record Multi(Map<String, String> files, String entrypoint) implements Source {}
}
