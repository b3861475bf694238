/** The platform as one Spring application: its settings and how its parts are put together. */
@NullMarked
package dev.headrace;

import org.jspecify.annotations.NullMarked;
