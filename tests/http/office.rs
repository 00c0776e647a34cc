//! A service of a test's own, with a key that opens it: files are sent, jobs are waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, router};
use gridward::keys::Keys;
use gridward::live::Live;
use gridward::store::Store;
use serde_json::Value;
use tempfile::TempDir;

use super::town::{Answer, ask};

pub struct Office {
    pub service: Router,
    pub store: Arc<dyn Store>,
    /// `Bearer gw_…`
    pub key: String,
    /// Where uploads are kept while they are read.
    pub uploads: TempDir,
}

/// The boundary of the forms that are sent.
pub const BOUNDARY: &str = "----a-boundary";

/// A form of files and fields.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<u8>);

impl Form {
    pub fn file(mut self, name: &str, bytes: &[u8]) -> Form {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        self.0.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Form {
        let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.0.extend(part.as_bytes());
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        [&self.0, format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }
}

impl Office {
    /// On a store, with a new key.
    pub async fn on(store: Arc<dyn Store>, settings: Settings) -> Office {
        let key = Keys::new(store.clone()).create(KeyRole::Admin, "office", None).await.unwrap();
        let uploads = tempfile::tempdir().unwrap();
        let settings = Settings { upload_folder: uploads.path().to_owned(), ..settings };
        let service = router(AppState::new(Live::open(store.clone()).await.unwrap(), settings));
        Office { service, store, key: format!("Bearer {}", key.text), uploads }
    }

    /// Asks with the key.
    pub async fn ask(&self, method: Method, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("authorization", &*self.key)]).collect();
        ask(&self.service, method, uri, &headers, body).await
    }

    /// `GET` with the key.
    pub async fn get(&self, uri: &str) -> Answer {
        self.ask(Method::GET, uri, &[], Body::empty()).await
    }

    /// `POST` with the key and nothing else.
    pub async fn post(&self, uri: &str) -> Answer {
        self.ask(Method::POST, uri, &[], Body::empty()).await
    }

    pub async fn post_json(&self, uri: &str, body: Value) -> Answer {
        self.ask(Method::POST, uri, &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn delete(&self, uri: &str) -> Answer {
        self.ask(Method::DELETE, uri, &[], Body::empty()).await
    }

    /// Sends a form to `/v1/editions`.
    pub async fn upload(&self, form: &Form) -> Answer {
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        self.ask(Method::POST, "/v1/editions", &[("content-type", &media)], form.bytes()).await
    }

    /// The job that was answered, once it has ended; its state is `state`.
    #[track_caller]
    pub fn ended(&self, answer: Answer, state: &str) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            assert_eq!(answer.status, 202, "{} ({caller})", answer.text());
            let location = answer.header("location").to_owned();
            assert_eq!(location, format!("/v1/jobs/{}", answer.json()["id"].as_str().unwrap()));
            let job = self.end_of(&location).await;
            assert_eq!(job["state"], state, "{job} ({caller})");
            job
        }
    }

    /// The job at an address, once it has ended.
    pub async fn end_of(&self, location: &str) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.get(location).await.json();
            if job["state"] != "running" {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{job}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The names of all editions.
    pub async fn names(&self) -> Vec<String> {
        let all = self.get("/v1/editions").await.json()["editions"].as_array().unwrap().clone();
        all.iter().map(|edition| edition["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Files of uploads that are still there.
    pub fn left_behind(&self) -> Vec<String> {
        let own = std::fs::read_dir(self.uploads.path()).unwrap().map(|entry| entry.unwrap().path());
        let inside = own.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        inside
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "lock")
            .collect()
    }
}
