/** The wiring itself, against a real API server. */
@NullMarked
package dev.headrace.delivery.flux;

import org.jspecify.annotations.NullMarked;
