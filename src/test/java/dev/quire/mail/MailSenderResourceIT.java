package dev.quire.mail;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@Tag("native")
@QuarkusIntegrationTest
class MailSenderResourceIT extends MailSenderResourceTest {}
