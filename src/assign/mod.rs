//! DECIDING: who answers for a point. May use: domain, geometry, index, store, live.
