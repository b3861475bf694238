/** Drivers that measure a platform from outside, as its users meet it. */
@NullMarked
package dev.headrace.benchmarks;

import org.jspecify.annotations.NullMarked;
