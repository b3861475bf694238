package dev.headrace.delivery.local;

import java.util.Map;

/**
 * One instance to start.
 *
 * @param files below the code folder, by path
 * @param entrypoint the file that defines the app
 * @param content the digest that the instance is to answer with
 */
record Launch(
    String instance,
    String appId,
    Map<String, String> files,
    String entrypoint,
    Map<String, String> environment,
    String content,
    long memoryBytes) {}
