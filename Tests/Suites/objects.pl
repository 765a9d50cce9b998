# Big hashes, forks in the midst of them, and Perl's threads if they are built in: prints `NAME VALUE` lines that are
# the same in every run.
use strict;
use warnings;
use Config;
$| = 1;

my %table;
for my $i (1 .. 300000) { $table{"key" . ($i * 7919 % 60013)} .= chr(97 + $i % 26) x ($i % 9); }
sub checksum { my $sum = 0; $sum = ($sum * 31 + length($table{$_})) % 1000000007 for sort keys %table; return $sum; }
print "table ", scalar(keys %table), " ", checksum(), "\n";

# Each child changes its copy and replies through a pipe; the parent changes its own meanwhile.
my @answers;
my @pipes;
for my $number (1 .. 12) {
    pipe(my $read, my $write) or die;
    my $process = fork() // die;
    if (!$process) {
        close $read;
        delete $table{"key$_"} for grep { $_ % 13 == $number } 1 .. 60000;
        my @deep = map { { number => $_, list => [1 .. $_ % 50], text => "x" x ($_ % 300) } } 1 .. 5000;
        print $write checksum(), " ", scalar(@deep), "\n";
        close $write;
        exit $number;
    }
    close $write;
    push @pipes, [$process, $read];
    $table{"parent$_"} = "y" x $_ for 1 .. 500;
}
for (@pipes) {
    my ($process, $read) = @$_;
    my $line = readline($read);
    chomp $line;
    waitpid($process, 0);
    push @answers, "$line:" . ($? >> 8);
}
print "forks @answers\n";
print "after ", checksum(), "\n";
print "commands ", join(" ", map { my $text = `printf '%s' $_; exit $_`; $text . ":" . ($? >> 8) } 1 .. 20), "\n";

my $text = join ",", map { "$_=" . length $table{$_} } sort keys %table;
my $found = () = $text =~ /key\d*7=\d+/g;
(my $other = $text) =~ s/(\d+)=(\d+)/$2=$1/g;
print "text ", length($text), " $found ", unpack("%32C*", $other), "\n";

if ($Config{useithreads}) {
    require threads;
    require threads::shared;
    # A Perl thread copies the whole interpreter, the table included.
    my @threads = map { my $number = $_; threads->create(sub {
        my %own = map { $_ => "z" x ($_ % 100) } 1 .. 20000;
        delete $own{$_} for grep { $_ % 7 == $number } keys %own;
        return scalar(keys %own) + scalar(keys %table);
    }) } 1 .. 6;
    print "threads ", join(" ", map { $_->join } @threads), "\n";
}
