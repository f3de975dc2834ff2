//! The load: a few keep-alive connections, each with one request under way, driven by one thread. The client shares the
//! machine with the servers, so it does as little as it can.

use actix_web::rt::net::TcpStream;
use fastrand::Rng;
use std::io;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::task::JoinSet;

/// A request that takes longer ends the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// How to ask.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Connections that are kept busy at once.
    pub connections: u32,
    /// Asked before anything is counted.
    pub warm_up: Duration,
    /// Asked and counted.
    pub lasting: Duration,
    /// What to ask for.
    pub seed: u64,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Samples {
    /// How long each request took that was answered with 2xx.
    pub taken: Vec<Duration>,
    /// From the first counted request to the last answer.
    pub lasted: Duration,
    /// Requests in all, with those of the warm-up.
    pub asked: u32,
    /// What all of them took of the server's processors.
    pub cpu: Duration,
    /// Requests that were answered otherwise.
    pub errors: usize,
    /// The first such answer.
    pub first_error: Option<String>,
}

impl Samples {
    /// All of `other` as well.
    pub fn add(&mut self, other: Self) {
        self.taken.extend(other.taken);
        self.lasted += other.lasted;
        self.asked += other.asked;
        self.cpu += other.cpu;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
    }
}

/// Asks `address`; `write` writes the next request of a connection.
pub fn run<F>(load: &Load, address: SocketAddr, write: F) -> io::Result<Samples>
where
    F: Fn(usize, &mut Rng, &mut Vec<u8>) + Send + Sync + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let write = Arc::new(write);
    runtime.block_on(async {
        let counted_from = Instant::now() + load.warm_up;
        let mut connections = JoinSet::new();
        for (who, number) in (0..load.connections).enumerate() {
            let mut client =
                Client::new(address, load.seed.wrapping_mul(1_000).wrapping_add(u64::from(number))).await?;
            let (write, until) = (write.clone(), counted_from + load.lasting);
            connections.spawn(async move { client.ask(who, &*write, counted_from, until).await });
        }
        let mut all = Samples::default();
        while let Some(one) = connections.join_next().await {
            all.add(one.map_err(io::Error::other)??);
        }
        all.lasted = counted_from.elapsed();
        Ok(all)
    })
}

/// One connection.
pub struct Client {
    /// What its requests are drawn with.
    pub dice: Rng,
    stream: TcpStream,
    chunk: Vec<u8>,
    answer: Vec<u8>,
    body_from: usize,
}

impl Client {
    /// Connects.
    pub async fn new(address: SocketAddr, seed: u64) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let dice = Rng::with_seed(seed);
        Ok(Self { dice, stream, chunk: vec![0; 64 * 1024], answer: Vec::new(), body_from: 0 })
    }

    /// Sends a request and waits for its answer, but not for ever; the answer's status.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<u16> {
        let status = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        status.map_err(|_| io::Error::new(ErrorKind::TimedOut, "no answer came in time"))?
    }

    /// The last answer's body.
    pub fn body(&self) -> &[u8] {
        self.answer.get(self.body_from..).unwrap_or_default()
    }

    async fn ask<F>(&mut self, who: usize, write: &F, counted_from: Instant, until: Instant) -> io::Result<Samples>
    where
        F: Fn(usize, &mut Rng, &mut Vec<u8>),
    {
        let mut samples = Samples::default();
        let mut request = Vec::with_capacity(1024);
        loop {
            request.clear();
            write(who, &mut self.dice, &mut request);
            let begun = Instant::now();
            if begun >= until {
                return Ok(samples);
            }
            let status = self.send(&request).await?;
            samples.asked += 1;
            if !(200..300).contains(&status) {
                samples.errors += 1;
                samples.first_error.get_or_insert_with(|| String::from_utf8_lossy(&self.answer).into_owned());
            } else if begun >= counted_from {
                samples.taken.push(begun.elapsed());
            }
        }
    }

    /// Sends a request and reads its whole answer; the answer's status.
    async fn exchange(&mut self, mut request: &[u8]) -> io::Result<u16> {
        while !request.is_empty() {
            match self.stream.try_write(request) {
                Ok(written) => request = request.get(written..).unwrap_or_default(),
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(cause) => return Err(cause),
            }
        }
        self.answer.clear();
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut self.chunk) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.answer.extend_from_slice(self.chunk.get(..read).unwrap_or_default()),
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => continue,
                Err(cause) => return Err(cause),
            }
            if let Some((status, body_from, length)) = head(&self.answer)
                && self.answer.len() >= body_from + length
            {
                self.body_from = body_from;
                return Ok(status);
            }
        }
    }
}

/// The status of an answer, where its body begins and how long that is, once its head is there. Both servers send a
/// `content-length` always.
fn head(answer: &[u8]) -> Option<(u16, usize, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
    Some((status, end + 4, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_where_the_body_begins_and_how_long_it_is() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"), None);
        assert_eq!(head(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhel"), Some((201, 43, 5)));
        assert_eq!(head(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Some((304, 29, 0)));
    }
}
