#include <gtest/gtest.h>

#include <string>

#include "tests/config_fixture.h"

namespace tocsin {
namespace {

using testing::BadFile;

class BadSettings : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadSettings, IsRefusedWithPlaceAndRemedy) { testing::expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, BadSettings,
    ::testing::ValuesIn<BadFile>({
        {"unknown_top_key", "tocsind.yaml", "", "smpt: {}\n",
         "tocsind.yaml:6:1: unknown key 'smpt' in the file\n"
         "  smpt: {}\n"
         "  ^^^^\n"
         "  allowed: 'clock', 'illustrative', 'history_begins', 'packs', 'store', 'ingest', "
         "'admin', 'horizons', 'smtp', 'cap' or 'delivery'\n"
         "  did you mean \"smtp\"?\n"},
        {"missing_key", "tocsind.yaml", "store: {path: store}\n", "",
         "tocsind.yaml:1:1: the file lacks the key 'store'\n"
         "  history_begins: 2009-01-01\n"
         "  ^\n"},
        {"store_without_path", "tocsind.yaml", "{path: store}", "{}",
         "tocsind.yaml:3:8: store lacks the key 'path'\n"
         "  store: {}\n"
         "         ^\n"},
        {"number_out_of_range", "tocsind.yaml", "", "admin: {port: 70000}\n",
         "tocsind.yaml:6:15: port of admin is 70000, out of range\n"
         "  admin: {port: 70000}\n"
         "                ^^^^^\n"
         "  allowed: a whole number from 0 to 65535\n"},
        {"number_as_text", "tocsind.yaml", "", "admin: {port: '7742'}\n",
         "tocsind.yaml:6:15: port of admin is '7742'\n"
         "  admin: {port: '7742'}\n"
         "                ^^^^^^\n"
         "  allowed: a whole number from 0 to 65535\n"},
        {"admin_for_other_machines", "tocsind.yaml", "", "admin: {host: 0.0.0.0}\n",
         "tocsind.yaml:6:15: security is plain-on-loopback, but other machines can reach "
         "'0.0.0.0', and whoever does reads every alert and address\n"
         "  admin: {host: 0.0.0.0}\n"
         "                ^^^^^^^\n"
         "  allowed: 127.0.0.1 or ::1; 'security: tls' with a tokens_file; or 'security: plain', "
         "which asks for exactly that\n"},
        {"admin_with_tls_for_everybody", "tocsind.yaml", "",
         "admin: {host: '::', security: tls, certificate_file: c, key_file: k}\n",
         "tocsind.yaml:6:15: other machines can reach '::', and without tokens whoever does reads "
         "every alert and address\n"
         "  admin: {host: '::', security: tls, certificate_file: c, key_file: k}\n"
         "                ^^^^\n"
         "  allowed: a tokens_file, as `tocsin token new` makes it\n"},
        {"admin_tls_without_key", "tocsind.yaml", "",
         "admin: {security: tls, certificate_file: c}\n",
         "tocsind.yaml:6:8: security is tls, but admin names no key_file\n"
         "  admin: {security: tls, certificate_file: c}\n"
         "         ^\n"
         "  allowed: a file in PEM\n"},
        {"admin_key_without_tls", "tocsind.yaml", "", "admin: {key_file: k}\n",
         "tocsind.yaml:6:19: admin has a key_file, but security is plain-on-loopback\n"
         "  admin: {key_file: k}\n"
         "                    ^\n"
         "  allowed: 'security: tls'\n"},
        {"admin_limit_unknown", "tocsind.yaml", "", "admin: {limits: {connection: 8}}\n",
         "tocsind.yaml:6:18: unknown key 'connection' in limits\n"
         "  admin: {limits: {connection: 8}}\n"
         "                   ^^^^^^^^^^\n"
         "  allowed: 'connections', 'connections_per_address', 'request_bytes', 'request_seconds', "
         "'idle_seconds' or 'requests_per_second'\n"
         "  did you mean \"connections\"?\n"},
        {"mail_name_of_two_lines", "tocsind.yaml", "from: a@b.example}",
         "from: a@b.example, from_name: \"a\\r\\nBcc: c@d\"}",
         "tocsind.yaml:5:84: from_name of smtp is \"a\\r\\nBcc: c@d\"\n"
         "  smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example, from_name: "
         "\"a\\r\\nBcc: c@d\"}\n"
         "                                                                                     "
         "^\n"
         "  allowed: one line without control characters\n"},
        {"mail_greeting_of_two_lines", "tocsind.yaml", "from: a@b.example}",
         "from: a@b.example, hello_name: \"a\\nMAIL FROM\"}",
         "tocsind.yaml:5:85: hello_name of smtp is \"a\\nMAIL FROM\"\n"
         "  smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example, hello_name: "
         "\"a\\nMAIL FROM\"}\n"
         "                                                                                      "
         "^\n"
         "  allowed: a host's name, or an address in brackets\n"},
        {"admin_on_a_name", "tocsind.yaml", "", "admin: {host: 127.evil.example}\n",
         "tocsind.yaml:6:15: host of admin is '127.evil.example'\n"
         "  admin: {host: 127.evil.example}\n"
         "                ^^^^^^^^^^^^^^^^\n"
         "  allowed: an IPv4 or IPv6 address, such as 127.0.0.1 or ::1\n"},
        {"admin_has_no_curve", "tocsind.yaml", "", "admin: {security: curve}\n",
         "tocsind.yaml:6:19: unknown security 'curve'\n"
         "  admin: {security: curve}\n"
         "                    ^^^^^\n"
         "  allowed: 'tls', 'plain-on-loopback' or 'plain'\n"},
        {"not_a_truth_value", "tocsind.yaml", "", "illustrative: yes\n",
         "tocsind.yaml:6:15: illustrative of the file is 'yes'\n"
         "  illustrative: yes\n"
         "                ^^^\n"
         "  allowed: true or false\n"},
        {"bad_date", "tocsind.yaml", "2009-01-01", "2009-02-30",
         "tocsind.yaml:1:17: history_begins is '2009-02-30'\n"
         "  history_begins: 2009-02-30\n"
         "                  ^^^^^^^^^^\n"
         "  allowed: a date, as 2019-03-07\n"},
        {"unknown_word", "tocsind.yaml", "", "clock: sytem\n",
         "tocsind.yaml:6:8: unknown clock 'sytem'\n"
         "  clock: sytem\n"
         "         ^^^^^\n"
         "  allowed: 'system' or 'published'\n"
         "  did you mean \"system\"?\n"},
        {"list_expected", "tocsind.yaml", "[pack.yaml]", "pack.yaml",
         "tocsind.yaml:2:8: packs of the file is 'pack.yaml'\n"
         "  packs: pack.yaml\n"
         "         ^^^^^^^^^\n"
         "  allowed: a list: [a, b]\n"},
        {"endpoint_without_port", "tocsind.yaml", "tcp://127.0.0.1:*", "tcp://127.0.0.1",
         "tocsind.yaml:4:20: endpoint of ingest is 'tcp://127.0.0.1'\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1', security: plain-on-loopback, plain_producer: "
         "relay}\n"
         "                     ^^^^^^^^^^^^^^^^^\n"
         "  allowed: tcp://HOST:PORT with a port from 1 to 65535, or * for any free one\n"},
        {"plain_for_other_machines", "tocsind.yaml", "tcp://127.0.0.1:*", "tcp://0.0.0.0:7741",
         "tocsind.yaml:4:20: security is plain-on-loopback, but other machines can reach "
         "'tcp://0.0.0.0:7741'\n"
         "  ingest: {endpoint: 'tcp://0.0.0.0:7741', security: plain-on-loopback, plain_producer: "
         "relay}\n"
         "                     ^^^^^^^^^^^^^^^^^^^^\n"
         "  allowed: an endpoint on 127.0.0.1 or [::1], or 'security: curve'\n"},
        {"curve_without_key_file", "tocsind.yaml",
         ", security: plain-on-loopback, plain_producer: relay}", ", security: curve}",
         "sources.yaml:10:10: producer relay has no public key, and ingest is secured by curve\n"
         "    relay: {sources: [market]}\n"
         "           ^\n"
         "  allowed: public_keys: [...], as `tocsin keygen` prints them\n"
         "tocsind.yaml:4:9: security is curve, but ingest names no secret_key_file\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: curve}\n"
         "          ^\n"
         "  allowed: the file that `tocsin keygen` wrote\n"},
        {"frame_beyond_all_credit", "tocsind.yaml", "plain_producer: relay",
         "plain_producer: relay, credit: {bytes: 1048576}",
         "tocsind.yaml:4:109: all credit is 1048576 bytes, but one frame may have 4194304\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: "
         "relay, credit: {bytes: 1048576}}\n"
         "                                                                                         "
         "                     ^^^^^^^\n"
         "  allowed: credit with bytes of at least 4194304, or limits with frame_bytes of at most "
         "1048576\n"},
        {"frame_of_more_records_than_all_credit", "tocsind.yaml", "plain_producer: relay",
         "plain_producer: relay, credit: {records: 100}",
         "tocsind.yaml:4:111: all credit is 100 records, but one frame may have 10000\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: "
         "relay, credit: {records: 100}}\n"
         "                                                                                         "
         "                       ^^^\n"
         "  allowed: credit with records of at least 10000, or limits with frame_records of at "
         "most 100\n"},
        {"credit_that_is_too_small_for_the_frames_asked_for", "tocsind.yaml",
         "plain_producer: relay", "plain_producer: relay, limits: {frame_records: 200001}",
         "tocsind.yaml:4:117: all credit is 200000 records, but one frame may have 200001\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: "
         "relay, limits: {frame_records: 200001}}\n"
         "                                                                                         "
         "                             ^^^^^^\n"
         "  allowed: credit with records of at least 200001, or limits with frame_records of at "
         "most 200000\n"},
        {"plain_without_a_producer", "tocsind.yaml", ", plain_producer: relay", "",
         "tocsind.yaml:4:9: without curve nobody can tell who a client is, and ingest names no "
         "plain_producer\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback}\n"
         "          ^\n"
         "  allowed: the producer that every plain client speaks as\n"},
        {"unknown_plain_producer", "tocsind.yaml", "plain_producer: relay", "plain_producer: rely",
         "tocsind.yaml:4:86: unknown producer 'rely'\n"
         "  ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: "
         "rely}\n"
         "                                                                                       "
         "^^^^\n"
         "  allowed: 'relay'\n"
         "  did you mean \"relay\"?\n"},
        {"marks_in_wrong_order", "tocsind.yaml", "{path: store}",
         "{path: store, free_bytes_for_credit: 1, free_bytes_for_commit: 2}",
         "tocsind.yaml:3:8: free_bytes_for_commit (2) is above free_bytes_for_credit (1)\n"
         "  store: {path: store, free_bytes_for_credit: 1, free_bytes_for_commit: 2}\n"
         "         ^\n"
         "  allowed: a mark for credit that is reached before the mark for commits\n"},
        {"lateness_beyond_retention", "tocsind.yaml", "",
         "horizons: {lateness_days: 20, retention_days: 10}\n",
         "tocsind.yaml:6:11: lateness_days (20) is above retention_days (10)\n"
         "  horizons: {lateness_days: 20, retention_days: 10}\n"
         "            ^\n"
         "  allowed: records are kept at least as long as they are taken\n"},
        {"plain_mail_to_another_machine", "tocsind.yaml", "host: 127.0.0.1", "host: mx.example",
         "tocsind.yaml:5:7: security of smtp is plain-on-loopback, but 'mx.example' is another "
         "machine\n"
         "  smtp: {host: mx.example, security: plain-on-loopback, from: a@b.example}\n"
         "        ^\n"
         "  allowed: a host on this machine, or 'security: starttls' or 'tls'\n"},
        {"bad_sender_address", "tocsind.yaml", "from: a@b.example", "from: nobody",
         "tocsind.yaml:5:60: from is 'nobody'\n"
         "  smtp: {host: 127.0.0.1, security: plain-on-loopback, from: nobody}\n"
         "                                                             ^^^^^^\n"
         "  allowed: a mail address, such as name@example.org\n"},
        {"waits_that_shrink", "tocsind.yaml", "",
         "delivery: {first_wait_seconds: 60, longest_wait_seconds: 5}\n",
         "tocsind.yaml:6:11: first_wait_seconds (60) is above longest_wait_seconds (5)\n"
         "  delivery: {first_wait_seconds: 60, longest_wait_seconds: 5}\n"
         "            ^\n"
         "  allowed: waits that grow\n"},
        {"mail_without_smtp", "tocsind.yaml",
         "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n", "",
         "tocsind.yaml:1:1: committees have mail addresses, but there is no smtp\n"
         "  history_begins: 2009-01-01\n"
         "  ^\n"
         "  allowed: smtp: {host: ..., from: ...}\n"},
        {"bad_cap_sender", "tocsind.yaml", "", "cap: {directory: cap, sender: a b}\n",
         "tocsind.yaml:6:31: sender of cap is 'a b'\n"
         "  cap: {directory: cap, sender: a b}\n"
         "                                ^^^\n"
         "  allowed: a name without space, comma, < and &\n"},
    }),
    [](const auto& tc) { return tc.param.name; });

}  // namespace
}  // namespace tocsin
