/** The read model: follows git's log into Mongo, and can be rebuilt from it at any time. */
@NullMarked
package dev.headrace.projection;

import org.jspecify.annotations.NullMarked;
