//! One message to one address: the addresses that were checked are the ones connected to, no redirect is followed, and
//! everything is bounded.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::{Refused, Target};

/// Of the head of an answer.
const MAX_HEAD_BYTES: usize = 16 << 10;
/// Of what a robot answers; other answers are not read at all.
const MAX_ANSWER_BYTES: usize = 16 << 10;

/// An address took a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub status: u16,
}

/// Why it did not. Nothing that the address says is repeated, so that nobody reads by us what they could not reach.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    #[error("the address {0}")]
    Refused(#[from] Refused),
    #[error("no connection to the address")]
    NoConnection,
    #[error("no encrypted connection: the certificate or the protocol is refused")]
    NoTls,
    #[error("no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("no HTTP answer")]
    NoHttp,
    #[error("answered with status {0}; a redirect is not followed")]
    Redirect(u16),
    #[error("answered with status {0}")]
    Status(u16, Option<Duration>),
    #[error("the robot's error {0}")]
    Robot(i64),
    #[error("the robot's answer cannot be read")]
    NoRobot,
    #[error("the store cannot be read")]
    Store,
}

impl Failed {
    pub fn status(&self) -> Option<u16> {
        match self {
            Failed::Redirect(status) | Failed::Status(status, _) => Some(*status),
            Failed::Robot(_) | Failed::NoRobot => Some(StatusCode::OK.as_u16()),
            _ => None,
        }
    }

    /// How long the address asks to be left alone.
    pub fn asked(&self) -> Option<Duration> {
        match self {
            Failed::Status(_, asked) => *asked,
            _ => None,
        }
    }

    /// Whether there is no use in trying again.
    pub fn is_final(&self) -> bool {
        matches!(self, Failed::Status(status, _) if *status == StatusCode::GONE)
    }
}

/// A message with its headers.
#[derive(Debug)]
pub(super) struct Letter {
    pub target: Target,
    pub headers: Vec<(&'static str, String)>,
    pub media: &'static str,
    pub body: Vec<u8>,
    pub is_robot: bool,
}

pub(super) async fn post(letter: Letter, within: Duration) -> Result<Sent, Failed> {
    tokio::time::timeout(within, send(letter)).await.unwrap_or(Err(Failed::TimedOut(within)))
}

async fn send(letter: Letter) -> Result<Sent, Failed> {
    let addresses = letter.target.addresses().await?;
    let stream = connect(&addresses).await?;
    let is_robot = letter.is_robot;
    let response = if letter.target.is_tls() {
        let name = ServerName::try_from(letter.target.host().trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|_| Failed::NoTls)?;
        let stream = tls().connect(name, stream).await.map_err(|_| Failed::NoTls)?;
        exchange(stream, letter).await?
    } else {
        exchange(stream, letter).await?
    };
    judge(response, is_robot).await
}

/// To the first that answers.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failed> {
    for address in addresses {
        if let Ok(stream) = TcpStream::connect(address).await {
            return Ok(stream);
        }
    }
    Err(Failed::NoConnection)
}

async fn exchange<S>(stream: S, letter: Letter) -> Result<Answer, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let url = &letter.target.url;
    let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
    let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    let mut request = Request::post(path)
        .header(HOST, host)
        .header(CONTENT_TYPE, letter.media)
        .header(CONNECTION, "close")
        .header(USER_AGENT, concat!("gridward/", env!("CARGO_PKG_VERSION")));
    for (name, value) in letter.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(letter.body))).map_err(|_| Failed::NoHttp)?;
    let mut http = hyper::client::conn::http1::Builder::new();
    http.max_buf_size(MAX_HEAD_BYTES);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(|_| Failed::NoHttp)?;
    // Works on while the answer's body is read, and ends with it.
    let connection = Connection(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let response = sender.send_request(request).await.map_err(|_| Failed::NoHttp)?;
    Ok(Answer { response, _connection: connection })
}

struct Answer {
    response: Response<Incoming>,
    _connection: Connection,
}

/// Ends when it is dropped.
struct Connection(tokio::task::JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn judge(answer: Answer, is_robot: bool) -> Result<Sent, Failed> {
    let status = answer.response.status();
    if status.is_redirection() {
        return Err(Failed::Redirect(status.as_u16()));
    }
    if !status.is_success() {
        return Err(Failed::Status(status.as_u16(), retry_after(answer.response.headers())));
    }
    if is_robot {
        // A robot says 200 to everything, and what is wrong in the body.
        #[derive(serde::Deserialize)]
        struct Said {
            errcode: i64,
        }
        let body = Limited::new(answer.response.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| Failed::NoRobot)?.to_bytes();
        let said: Said = serde_json::from_slice(&body).map_err(|_| Failed::NoRobot)?;
        if said.errcode != 0 {
            return Err(Failed::Robot(said.errcode));
        }
    }
    Ok(Sent { status: status.as_u16() })
}

/// In seconds; a date is not read.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// With the certificates that the system trusts, read once; `SSL_CERT_FILE` names others.
fn tls() -> &'static TlsConnector {
    static TLS: OnceLock<TlsConnector> = OnceLock::new();
    TLS.get_or_init(|| {
        let mut roots = rustls::RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            tracing::error!("the system has no certificates to trust, so no webhook can be reached over https");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    })
}
