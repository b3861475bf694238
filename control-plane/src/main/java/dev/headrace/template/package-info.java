/** Starter apps offered to authors. */
@NullMarked
package dev.headrace.template;

import org.jspecify.annotations.NullMarked;
