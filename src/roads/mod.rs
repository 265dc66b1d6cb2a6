//! Road networks: import, snapping, travel matrices, route geometry.
