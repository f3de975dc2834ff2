//! /v1/users
