package dev.headrace.manifests;

/** What an app is built on. */
public enum Framework {
  FASTAPI("fastapi"),
  FASTHTML("fasthtml");

  private final String word;

  Framework(String word) {
    this.word = word;
  }

  /** The word in app.yaml and in the API. */
  public String word() {
    return word;
  }
}
