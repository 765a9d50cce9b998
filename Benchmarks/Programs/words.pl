# Counts words in hashes, finds them by regular expressions, joins and sorts them.
use strict;
use warnings;

my $number = 1;
sub next_number { return $number = ($number * 16807) % 2147483647; }

my (%counts, %lists, @lines);
for my $i (1 .. 120_000) {
    push @lines, join ' ', map { 'word' . next_number() % 9973 } 1 .. 6;
}
for my $line (@lines) {
    $counts{$_}++ for split / /, $line;
    push @{$lists{$1}}, $2 if $line =~ /^word(\d{1,3})\d* .* (\w+7\d*)$/;
}
my $text = join "\n", grep { /7.*7/ } @lines;
$text =~ s/word(\d+)/<$1>/g;
my %lengths = map { $_ => length join ',', @{$lists{$_}} } keys %lists;
my $total = 0;
$total += $_ for values %lengths;
my @sorted = sort { $counts{$b} <=> $counts{$a} || $a cmp $b } keys %counts;
print length($text), " $total @sorted[0 .. 4]\n";
