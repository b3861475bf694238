/**
 * The objects of Flux that Headrace writes and reads, with the fields it uses and no others. A test
 * holds every field against the definitions of the pinned Flux.
 */
@NullMarked
package dev.headrace.flux;

import org.jspecify.annotations.NullMarked;
