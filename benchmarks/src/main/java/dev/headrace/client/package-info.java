/** Talks to a platform over HTTP as any client does. */
@NullMarked
package dev.headrace.client;

import org.jspecify.annotations.NullMarked;
