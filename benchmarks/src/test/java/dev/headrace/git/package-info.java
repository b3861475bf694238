/**
 * The inner loops of git-writer, timed one by one; in its package, because they are nobody else's.
 */
@NullMarked
package dev.headrace.git;

import org.jspecify.annotations.NullMarked;
