//! MEETING: the snapshot in force, swapped atomically; it follows the store. May use: domain, index, store.
