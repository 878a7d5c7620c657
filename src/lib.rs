//! The film generator web application.
