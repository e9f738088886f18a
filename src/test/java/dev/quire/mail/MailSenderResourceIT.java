package dev.quire.mail;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class MailSenderResourceIT extends MailSenderResourceTest {}
