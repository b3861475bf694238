/**
 * The platform repository for stock git, over HTTP: who may fetch and push, by tokens of their own.
 * What git says and hears is {@code dev.headrace.git}'s.
 */
@NullMarked
package dev.headrace.gitserver;

import org.jspecify.annotations.NullMarked;
