# Checks per second of Mail::SPF: mailspf.pl PORT COUNT DOMAINS; prints what AuthBenchmark prints.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS::Resolver;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID);

package Remembering;
our @ISA = ('Net::DNS::Resolver');
my %known;

sub send {
    my ($self, @question) = @_;
    return $known{"@question"} //= $self->SUPER::send(@question);
}

package main;
my ($port, $count, $domains) = @ARGV;
my $resolver = Remembering->new(nameservers => ['127.0.0.1'], port => $port, recurse => 1);
my $server = Mail::SPF::Server->new(dns_resolver => $resolver, hostname => 'mx.example.org');

sub check {
    my ($number) = @_;
    my $domain = 'd' . ($number % $domains) . '.sender.example';
    my $request = Mail::SPF::Request->new(
        scope => 'mfrom', identity => "user$number\@$domain", helo_identity => "mail.$domain",
        ip_address => '192.0.2.' . (int($number / $domains) % 200 + 1));
    return $server->process($request)->code;
}

check($_) for 0 .. $domains * 2 - 1;
my ($start, $processor, %seen) = (clock_gettime(CLOCK_MONOTONIC), clock_gettime(CLOCK_PROCESS_CPUTIME_ID));
$seen{ check($_) } = 1 for 0 .. $count - 1;
printf "%d %f %f %s\n", $count, clock_gettime(CLOCK_MONOTONIC) - $start,
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $processor, join(',', sort keys %seen);
