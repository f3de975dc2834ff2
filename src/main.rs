//! The `commflow` program: hands its arguments to `commflow::cli`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commflow::cli::run(std::env::args_os().collect())
}
