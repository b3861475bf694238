/** The Mongo connection: a server embedded in this process, or one named by URI. */
@NullMarked
package dev.headrace.store;

import org.jspecify.annotations.NullMarked;
