/**
 * From a commit to a running app: the engine port, the stages of a deploy and their stream to
 * whoever watches.
 */
@NullMarked
package dev.headrace.delivery;

import org.jspecify.annotations.NullMarked;
