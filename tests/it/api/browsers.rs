//! Browsers that citizens want to be told in: what each can read alone, and that one that is gone is forgotten.

use std::time::Duration;

use actix_web::{http::StatusCode, test::TestRequest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use conthoi::{
    domain::{MessageKind, MessageParameters},
    service::{ExchangeSettings, Message, MessageSent, NotifySettings, PushAddress, PushSettings, ServiceError},
};
use serde_json::{Value, json};
use web_push_native::{
    Auth, decrypt,
    p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint as _},
};

use super::{
    homes::{Town, in_each_town},
    notifications::Process,
    webhooks::{Received, Receiver},
};

/// A browser as it names itself to us, and what only it can read.
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
}

impl Browser {
    fn new() -> Self {
        Self { secret: SecretKey::from_slice(&[3; 32]).unwrap(), auth: [5; 16] }
    }

    fn named(&self, endpoint: &str) -> Value {
        let public = self.secret.public_key().to_encoded_point(false);
        json!({
            "endpoint": endpoint, "p256dh": BASE64URL.encode(public.as_bytes()), "auth": BASE64URL.encode(self.auth),
        })
    }

    fn read(&self, received: &Received) -> Value {
        let plain = decrypt(received.body.clone(), &self.secret, &Auth::clone_from_slice(&self.auth)).unwrap();
        serde_json::from_slice(&plain).unwrap()
    }
}

/// The service of a town that tells browsers, also such as live in this machine.
fn telling_browsers(town: &Town) -> Process {
    let push = Some(PushSettings::new("mailto:it@example.vn").unwrap());
    let settings = NotifySettings { push, ..NotifySettings::default() };
    let process = Process::on(&town.world.database, settings);
    let exchange = ExchangeSettings::default().reaching_private().waiting(Duration::from_secs(2));
    Process { service: process.service.with_exchange(exchange), clock: process.clock }
}

#[actix_web::test]
async fn a_browser_is_told_what_it_alone_can_read_until_it_is_gone() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        town.world.service.take_texts().unwrap();
        let secret = link.strip_prefix("/v1/track/").unwrap();
        let offer = town.citizen.json(&format!("{link}/push")).await;
        assert_eq!(offer, json!({ "public_key": null, "named": false }), "nothing is configured");

        let process = telling_browsers(&town);
        let offer = process.service.push_offer(secret).unwrap();
        assert_eq!((offer.public_key.as_ref().map(String::len), offer.named), (Some(87), false));
        assert_eq!(process.service.push_offer(secret).unwrap(), offer, "the key stays");
        let (browser, push_service) = (Browser::new(), Receiver::answering(&[201, 503, 410]));
        let named: PushAddress = serde_json::from_value(browser.named(&push_service.url)).unwrap();
        process.service.name_browser(secret, &named).unwrap();
        assert!(process.service.push_offer(secret).unwrap().named);

        let id = town.world.service.track_home_delivery(secret).unwrap().request.id;
        let tell = |kind: MessageKind| {
            let centre = process.service.centre().unwrap();
            let request = process.service.store().home_request(centre.centre.id, id).unwrap().unwrap();
            let to = process.service.recipient_of(&request).unwrap().unwrap();
            let (event, parameters) = (format!("{kind}/{id}"), MessageParameters::examples(kind));
            let message = Message { event, kind, parameters, to, home: Some(id), good_until: None };
            process.service.tell(&message).unwrap();
        };
        tell(MessageKind::HomeOut);
        assert_eq!(process.work(), [MessageSent::Taken]);
        let received = &push_service.received()[0];
        assert_eq!((&*received.headers["content-encoding"], &*received.headers["ttl"]), ("aes128gcm", "86400"));
        assert!(received.headers["authorization"].contains(&format!(", k={}", offer.public_key.unwrap())));
        let read = browser.read(received);
        assert_eq!(read["title"], "Kết quả đang được chuyển đến nhà");
        assert!(read["text"].as_str().unwrap().contains("từ 08:15 đến 09:15 ngày 17/06/2019"), "{read}");
        assert!(!String::from_utf8_lossy(&received.body).contains("08:15"));

        // What was not taken comes again with the same id; who is gone is forgotten.
        tell(MessageKind::HomeWindow);
        assert!(matches!(&process.work()[..], [MessageSent::Failed(_)]));
        assert!(matches!(&process.after(60).work()[..], [MessageSent::Gone(_)]));
        let received = push_service.received();
        assert_eq!(
            (received.len(), browser.read(&received[1])["id"].clone()),
            (3, browser.read(&received[2])["id"].clone())
        );
        assert_eq!(received[1].headers["topic"], received[2].headers["topic"]);
        assert!(!process.service.push_offer(secret).unwrap().named);
        tell(MessageKind::HomeDelivered);
        assert_eq!(process.work(), []);
    });
}

#[actix_web::test]
async fn only_a_browser_can_be_named() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        let secret = link.strip_prefix("/v1/track/").unwrap();
        let good = Browser::new().named("https://push.example.org/send/1");
        let refused = town.citizen.send(TestRequest::put().uri(&format!("{link}/push")).set_json(&good)).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "too_late"));
        let push = Some(PushSettings::new("mailto:it@example.vn").unwrap());
        let process = Process::on(&town.world.database, NotifySettings { push, ..NotifySettings::default() });
        let bad = [
            ("endpoint", "https://127.0.0.1/x"),
            ("endpoint", "https://localhost/x"),
            ("endpoint", "http://push.example.org/x"),
            ("endpoint", "nowhere"),
            ("p256dh", "AAAA"),
            ("p256dh", "?"),
            ("auth", "AAAA"),
        ];
        for (field, value) in bad {
            let mut address = good.clone();
            address[field] = json!(value);
            let address: PushAddress = serde_json::from_value(address).unwrap();
            let Err(ServiceError::Invalid(problems)) = process.service.name_browser(secret, &address) else {
                panic!("{field} {value}")
            };
            assert_eq!(problems.len(), 1, "{field} {value}: {problems:?}");
            assert!(problems[0].field == field && !problems[0].message.contains(value), "{problems:?}");
        }
        process.service.name_browser(secret, &serde_json::from_value(good).unwrap()).unwrap();
        process.service.forget_browser(secret).unwrap();
        assert!(!process.service.push_offer(secret).unwrap().named);
    });
}
