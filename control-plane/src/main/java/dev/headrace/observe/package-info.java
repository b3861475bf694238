/** What a running app says: its log lines and its state as today's clients ask for it. */
@NullMarked
package dev.headrace.observe;

import org.jspecify.annotations.NullMarked;
