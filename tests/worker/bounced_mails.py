"""Delivery status notifications as mail servers write them."""

NOTIFICATION = """From: MAILER-DAEMON@mx.example.net
To: kaoping@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
{original}
Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b1
Content-Type: message/rfc822

Message-ID: {message_id}
X-Kaoping-Message: {key}
Subject: How was our service?

Good day
--b1--
"""


def notification(key="", *, recipient="c@example.net", action="failed", status="5.1.1", said="550 user unknown", original=""):
    text = NOTIFICATION.format(
        recipient=recipient, action=action, status=status, said=said, original=original,
        message_id=f"<{key}@localhost>" if key else "", key=key,
    )
    return "\n".join(line for line in text.splitlines() if line not in {"X-Kaoping-Message: ", "Message-ID: "}).encode()
