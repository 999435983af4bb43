namespace Smtpd.Tests.Configuration;

/// <summary>Files as the programs before this one shipped them: their keys and values, in words of our own.</summary>
internal static class Samples
{
    /// <summary>gleez/smtpd's etc/smtpd.conf.</summary>
    public const string Original = """
        # for references only
        [DEFAULT]
        install.dir=.

        [logging]
        level=TRACE

        [smtp]
        ip4.address=0.0.0.0
        ip4.port=25000
        domain=smtpd.local
        allowed.hosts=localhost
        trusted.hosts=127.0.0.1
        max.recipients=100
        max.clients=500
        max.idle.seconds=300
        max.message.bytes=20480000
        public.key=
        private.key=
        store.messages=true
        xclient=true
        debug=false
        debug.path=/tmp/mails
        spam.regex=email(.*?)@yandex.ru|my profile is here:|my name is Natalia|e-mail:(.*?)@yandex.ru
        greylist.host=true
        greylist.from=true
        greylist.to=true

        [pop3]
        ip4.address=0.0.0.0
        ip4.port=11000
        domain=smtpd.local
        max.idle.seconds=600

        [web]
        ip4.address=0.0.0.0
        ip4.port=10025
        theme=cerber
        template.dir=%(install.dir)s/themes/%(theme)s/templates
        template.cache=false
        public.dir=%(install.dir)s/themes/%(theme)s/public
        greeting.file=%(install.dir)s/themes/greeting.html
        cookie.secret=0123456789abcdef0123456789abcdef
        client.broadcasts=true
        connection.timeout=0
        redis.enabled=false
        redis.host=localhost
        redis.port=6379
        redis.channel=Incus

        [datastore]
        storage=mongodb
        mongo.uri=127.0.0.1:27017
        mongo.db=Smtpd
        mongo.coll=Messages
        """;

    /// <summary>go-guerrilla's goguerrilla.conf.sample of version 1.3, with the comma at its end.</summary>
    public const string GoGuerrilla = """
        {
            "GM_ALLOWED_HOSTS":"example.com,sample.com,foo.com,bar.com",
            "GM_MAIL_TABLE":"new_mail",
            "GM_PRIMARY_MAIL_HOST":"mail.example.com",
            "GSMTP_HOST_NAME":"mail.example.com",
            "GSMTP_LOG_FILE":"",
            "GSMTP_MAX_SIZE":"15728640",
            "GSMTP_PRV_KEY":"/etc/ssl/private/example.com.key",
            "GSMTP_PUB_KEY":"/etc/ssl/certs/example.com.crt",
            "GSMTP_TIMEOUT":"100",
            "GSMTP_VERBOSE":"N",
            "GSTMP_LISTEN_INTERFACE":"33.1.2.133:25",
            "MAX_SMTP_CLIENTS":"10000",
            "MYSQL_DB":"gmail_mail",
            "MYSQL_HOST":"127.0.0.1:3306",
            "MYSQL_PASS":"hush-hush",
            "MYSQL_USER":"gmail_mail",
            "GM_MAX_CLIENTS":"500",
            "NGINX_AUTH_ENABLED":"N",
            "NGINX_AUTH":"127.0.0.1:8025",
            "PID_FILE":  "/var/run/go-guerrilla.pid",
        }
        """;
}
