// Command grype-database writes a vulnerability database that Grype reads, from a JSON file of advisories.
//
// Usage: grype-database ADVISORIES.json DIRECTORY
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/afero"

	v6 "github.com/anchore/grype/grype/db/v6"
)

const schema = "oke-pipeline-lab-advisories/v1"

type document struct {
	Schema     string     `json:"schema"`
	Advisories []advisory `json:"advisories"`
}

type advisory struct {
	ID          string           `json:"id"`
	Provider    string           `json:"provider"`
	CVE         string           `json:"cve"`
	Severity    string           `json:"severity"`
	CVSS        string           `json:"cvss"`
	Description string           `json:"description"`
	URL         string           `json:"url"`
	Published   time.Time        `json:"published"`
	Ecosystem   string           `json:"ecosystem"`
	Package     string           `json:"package"`
	Release     *operatingSystem `json:"operatingSystem"`
	Ranges      []affectedRange  `json:"ranges"`
}

type operatingSystem struct {
	Name         string `json:"name"`
	MajorVersion string `json:"majorVersion"`
	Codename     string `json:"codename"`
}

type affectedRange struct {
	Versions string `json:"versions"`
	FixedIn  string `json:"fixedIn"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Usage: grype-database ADVISORIES.json DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "Cannot make a database of %q: %v.\n", os.Args[1], err)
		os.Exit(1)
	}
}

func run(source, directory string) error {
	advisories, err := read(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	if err := write(advisories, directory); err != nil {
		return err
	}
	_, err = v6.WriteImportMetadata(afero.NewOsFs(), directory, "manual import")
	return err
}

func read(source string) ([]advisory, error) {
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var content document
	if err := decoder.Decode(&content); err != nil {
		return nil, err
	}
	if content.Schema != schema {
		return nil, fmt.Errorf("its schema is %q instead of %q", content.Schema, schema)
	}
	return content.Advisories, check(content.Advisories)
}

func check(advisories []advisory) error {
	var problems []error
	for _, one := range advisories {
		for name, value := range map[string]string{
			"provider":  one.Provider,
			"severity":  one.Severity,
			"ecosystem": one.Ecosystem,
			"package":   one.Package,
		} {
			if value == "" {
				problems = append(problems, fmt.Errorf("advisory %q has no %s", one.ID, name))
			}
		}
	}
	return errors.Join(problems...)
}

func write(advisories []advisory, directory string) (err error) {
	store, err := v6.NewWriter(v6.Config{DBDirPath: directory})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.SetDBMetadata(); err != nil {
		return err
	}
	known := map[string]*v6.Provider{}
	for _, one := range advisories {
		provider, ok := known[one.Provider]
		if !ok {
			provider = newProvider(one.Provider)
			known[one.Provider] = provider
			if err := store.AddProvider(*provider); err != nil {
				return err
			}
		}
		if err := add(store, provider, one); err != nil {
			return fmt.Errorf("advisory %q: %w", one.ID, err)
		}
	}
	return nil
}

func newProvider(id string) *v6.Provider {
	now := time.Now().UTC()
	return &v6.Provider{ID: id, Version: "1", Processor: "grype-database", DateCaptured: &now}
}

func add(store v6.Writer, provider *v6.Provider, one advisory) error {
	vulnerability := handleOf(one, provider)
	if err := store.AddVulnerabilities(vulnerability); err != nil {
		return err
	}
	return store.AddAffectedPackages(&v6.AffectedPackageHandle{
		Vulnerability:   vulnerability,
		OperatingSystem: releaseOf(one),
		Package:         &v6.Package{Ecosystem: one.Ecosystem, Name: one.Package},
		BlobValue: &v6.PackageBlob{
			CVEs:   aliasesOf(one),
			Ranges: rangesOf(one),
		},
	})
}

func handleOf(one advisory, provider *v6.Provider) *v6.VulnerabilityHandle {
	return &v6.VulnerabilityHandle{
		Name:          one.ID,
		Status:        v6.VulnerabilityActive,
		PublishedDate: &one.Published,
		ModifiedDate:  &one.Published,
		ProviderID:    provider.ID,
		Provider:      provider,
		BlobValue: &v6.VulnerabilityBlob{
			ID:          one.ID,
			Description: one.Description,
			References:  []v6.Reference{{URL: one.URL, Tags: []string{v6.AdvisoryReferenceTag}}},
			Aliases:     aliasesOf(one),
			Severities:  severitiesOf(one),
		},
	}
}

func severitiesOf(one advisory) []v6.Severity {
	severities := []v6.Severity{
		{Scheme: v6.SeveritySchemeCHMLN, Value: one.Severity, Rank: 1},
	}
	if one.CVSS == "" {
		return severities
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(one.CVSS, "CVSS:"), "/")
	return append(severities, v6.Severity{
		Scheme: v6.SeveritySchemeCVSS,
		Value:  v6.CVSSSeverity{Vector: one.CVSS, Version: version},
		Rank:   2,
	})
}

func aliasesOf(one advisory) []string {
	if one.CVE == "" || one.CVE == one.ID {
		return nil
	}
	return []string{one.CVE}
}

func releaseOf(one advisory) *v6.OperatingSystem {
	if one.Release == nil {
		return nil
	}
	return &v6.OperatingSystem{
		Name:         one.Release.Name,
		ReleaseID:    one.Release.Name,
		MajorVersion: one.Release.MajorVersion,
		Codename:     one.Release.Codename,
	}
}

func rangesOf(one advisory) []v6.Range {
	ranges := make([]v6.Range, 0, len(one.Ranges))
	for _, affected := range one.Ranges {
		ranges = append(ranges, v6.Range{
			Version: v6.Version{Type: versionScheme(one), Constraint: affected.Versions},
			Fix:     fixOf(affected),
		})
	}
	return ranges
}

func versionScheme(one advisory) string {
	if one.Ecosystem == "deb" {
		return "dpkg"
	}
	return "semver"
}

func fixOf(affected affectedRange) *v6.Fix {
	if affected.FixedIn == "" {
		return &v6.Fix{State: v6.NotFixedStatus}
	}
	return &v6.Fix{Version: affected.FixedIn, State: v6.FixedStatus}
}
